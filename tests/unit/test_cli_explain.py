"""What `mpm explain` says of a connection."""

import pytest
from fake_manager import World
from msgspec.structs import replace

from mpmanager.api.structures import TrustInfo
from mpmanager.client.reasons import reasons
from mpmanager.model.errors import NotSupportedError
from mpmanager.verify.situation import require_enforcing

PAUSED_UNTIL = 1_790_000_000.0
NO_TRUST = TrustInfo(enforced=False, limits=[], root="/", restrictions=[], fences=[], plain_destinations=[])


def test_how_an_application_was_recognised_is_said_where_it_was():
    row = World().advance().connections[0]
    row.app.reason = "child of a terminal; mpm run gives it a rule of its own"
    first, second, *_rest = reasons(row, [], NO_TRUST)
    assert first.startswith(row.app.name)
    assert second == f"{row.app.name} is {row.app.id}: {row.app.reason}."
    row.app.reason = ""
    assert not any(row.app.id in line for line in reasons(row, [], NO_TRUST))


def test_a_pause_is_told_before_what_it_makes_untrue():
    row = World().advance().connections[0]
    paused = replace(NO_TRUST, paused_until=PAUSED_UNTIL)
    title, *lines = reasons(row, [], paused)
    assert title.startswith(row.app.name)
    told = next(each for each in lines if each.startswith("Enforcing is paused until "))
    assert lines.index(told) < lines.index(next(each for each in lines if each.startswith("At the moment it ")))
    assert told not in list(reasons(row, [], NO_TRUST))


def test_nothing_is_proven_while_enforcing_is_paused():
    require_enforcing(NO_TRUST)
    with pytest.raises(NotSupportedError, match=r"Enforcing is paused until .* mpm resume"):
        require_enforcing(replace(NO_TRUST, paused_until=PAUSED_UNTIL))
