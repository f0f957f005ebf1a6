"""What stands in the window: each widget shows the session and calls the room."""
