"""One TOML file per rule set, and the one door that loads it.

Examples
--------
>>> from recistkit import criteria
>>> criteria.shipped()
('recist-1.0', 'recist-1.1', 'who-1979', 'zhu-2013')
>>> criteria.load("recist-1.1").title
'RECIST 1.1'
"""

from recistkit.criteria.load import load, load_file, shipped
from recistkit.criteria.rules import Criteria

__all__ = ["Criteria", "load", "load_file", "shipped"]
