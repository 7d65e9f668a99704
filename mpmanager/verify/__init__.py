"""Proves by capture that what is held to trusted paths stays there."""
