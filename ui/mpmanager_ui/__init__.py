"""The desktop window of mpmanager."""
