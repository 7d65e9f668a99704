"""Where a tour takes place, and what it says about that."""

import os

import pytest

from mpmanager.cli import tour
from mpmanager.cli.tour import Ground, choose_ground


@pytest.mark.parametrize(("uid", "first"), [(1000, "To see it on the real kernel: sudo make run"), (0, "No lab")])
def test_without_the_rights_the_missing_ones_are_named_and_who_is_not_root_is_told_the_command(
    monkeypatch, capsys, uid, first
):
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(tour, "missing_rights", lambda: ("CAP_SYS_ADMIN (to make network namespaces): refused",))
    assert choose_ground(wants_lab=False, simulate=False) is Ground.SIMULATED
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(first)
    assert "  CAP_SYS_ADMIN (to make network namespaces): refused" in said
    assert "SIMULATED" in said[-1]
