"""Who may listen."""

import os
import subprocess
import sys

import pytest

CODE = """
import os
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.verify.capture import Capture
os.setresuid(65534, 65534, 65534)
try:
    Capture(["192.0.2.1"])
except NotAuthorizedError as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_who_may_not_listen_is_told_that_it_needs_root():
    told = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=30, check=True
    ).stdout.strip()
    assert told == "listening on all interfaces needs root (CAP_NET_RAW)"
