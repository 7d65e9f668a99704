"""Trees of the Live page, for tests that are not about its steps."""


def sync(tree, applications):
    for _step in tree.sync_in_steps(applications):
        pass
