"""One small Protocol per need of the daemon."""
