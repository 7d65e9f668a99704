"""The unprivileged side of the bus."""
