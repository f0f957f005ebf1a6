"""Scans as they go into a study: place and grey values, and no patient but a pseudonym."""
