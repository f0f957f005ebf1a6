"""Tests of the commands: exit codes, words, files, help."""
