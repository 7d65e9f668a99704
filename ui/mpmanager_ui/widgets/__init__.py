"""The parts of which pages are made."""
