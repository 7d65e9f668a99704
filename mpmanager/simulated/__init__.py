"""The ports on a world that exists only in memory, for tests and for machines that refuse namespaces."""
