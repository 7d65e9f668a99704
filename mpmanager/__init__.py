"""A multipath connection manager for Linux desktops."""
