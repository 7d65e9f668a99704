"""What can go wrong with a benchmark."""

from mpmanager.model.errors import MpmanagerError


class BenchError(MpmanagerError):
    """A measurement could not be made; the sentence says which part failed and why."""

    code = "Bench"
