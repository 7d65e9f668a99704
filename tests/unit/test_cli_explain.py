"""What `mpm explain` says of a connection."""

from fake_manager import World

from mpmanager.api.structures import TrustInfo
from mpmanager.client.reasons import reasons

NO_TRUST = TrustInfo(enforced=False, limits=[], root="/", restrictions=[], fences=[], plain_destinations=[])


def test_how_an_application_was_recognised_is_said_where_it_was():
    row = World().advance().connections[0]
    row.app.reason = "child of a terminal; mpm run gives it a rule of its own"
    first, second, *_rest = reasons(row, [], NO_TRUST)
    assert first.startswith(row.app.name)
    assert second == f"{row.app.name} is {row.app.id}: {row.app.reason}."
    row.app.reason = ""
    assert not any(row.app.id in line for line in reasons(row, [], NO_TRUST))
