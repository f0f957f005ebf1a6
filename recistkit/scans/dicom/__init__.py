"""DICOM files: from the elements of a header to series, and from stored pixels to grey values."""
