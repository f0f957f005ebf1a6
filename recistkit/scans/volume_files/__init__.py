"""Files that hold one volume each: NIfTI, NRRD and MetaImage, with the JSON file beside them."""
