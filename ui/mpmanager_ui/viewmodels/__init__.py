"""What the pages say, as plain Python: no Qt here."""
