"""The benchmark of active backup: the stock kernel, pooling and mpmanagerd in one lab, in the same run."""
