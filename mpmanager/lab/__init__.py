"""A multi-homed host of network namespaces, for demonstrations, tests and benchmarks."""
