"""The D-Bus contract: names, members, structures and errors, for both sides of the bus."""
