"""How much is tried, and what is told of it."""

import json
import os
import sys
from pathlib import Path

import pytest

# The machinery of whole daemons in labs is that of the tests from end to end.
from end_to_end.conftest import daemon_in, running, server_in
from faults.wires import wires_in

__all__ = ["daemon_in", "running", "server_in"]

_IS_LONG = os.environ.get("MPMANAGER_FAULTS") == "long"
"""As `make test-faults` has it; `make test` tries the same for some seconds."""
_RECORD = os.environ.get("MPMANAGER_FAULTS_RECORD")
"""A file that takes one line of JSON for each figure."""


class Trial:
    """How much is tried, how far it is, and what came of it."""

    @staticmethod
    def so_many(short, long):
        """How much: in `make test`, and in `make test-faults`."""
        return long if _IS_LONG else short

    @staticmethod
    def progress(text):
        """Says how far it is, on a line of its own that is written over."""
        if _IS_LONG:
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    @staticmethod
    def figure(name, value, must=""):
        """Keeps what was measured for the page in docs: what it is, how much, and what it must be."""
        if _RECORD:
            with Path(_RECORD).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"name": name, "value": str(value), "must": str(must)}) + "\n")


@pytest.fixture
def trial():
    """Ends its line of progress."""
    yield Trial()
    Trial.progress("")


@pytest.fixture
def wires(tmp_path):
    """A laptop and a server with two wires between them."""
    with wires_in(tmp_path) as made:
        yield made
