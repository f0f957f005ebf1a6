"""Steps from one version of a file to the next, one folder per kind of file.

A step that was released never changes, and knows nothing of today's schema.
"""
