"""Steps of the study's file."""
