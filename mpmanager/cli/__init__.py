"""The command line: mpm."""
