"""A drawn patient: anatomy as soft-edged shapes, and the study that is made of it."""
