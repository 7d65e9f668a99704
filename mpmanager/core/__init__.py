"""The decisions: no I/O, no clock, no log, no await."""
