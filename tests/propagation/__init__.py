"""Places carried from one scan to another: on phantoms whose every motion is known."""
