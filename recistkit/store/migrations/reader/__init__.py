"""Steps of readers' files."""
