"""From lesion rows to responses: target, non-target, overall, best response."""

from recistkit.response.assess import Assessment, assess
from recistkit.response.options import ResponseOptions

__all__ = ["Assessment", "ResponseOptions", "assess"]
