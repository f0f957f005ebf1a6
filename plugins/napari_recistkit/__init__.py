"""The reading room: a napari plugin. The only place that knows Qt and napari."""
