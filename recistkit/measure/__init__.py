"""Diameters: what length a mark has, and where it lies on its scan."""
