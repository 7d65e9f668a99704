"""What the widgets show, as plain Python without Qt."""
