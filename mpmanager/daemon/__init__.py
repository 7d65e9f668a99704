"""The privileged side of the bus: mpmanagerd."""
