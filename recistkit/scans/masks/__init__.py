"""Label volumes of files, and the diameters of all their labels: of one file or of a cohort."""
