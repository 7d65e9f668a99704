"""The ports on a real Linux kernel."""
