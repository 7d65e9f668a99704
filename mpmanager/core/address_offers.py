"""Announces a server's other addresses: joining them is left to the client."""

from collections.abc import Iterator

from mpmanager.core.connection_state import MOST_SUBFLOWS, Connection
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_targets import allowed_paths, owns
from mpmanager.model.pathmanager import AnnounceAddress, Command, WithdrawAddress


def offer_addresses(situation: Situation, connection: Connection) -> Iterator[Command]:
    """Announce this server's other addresses, and take back those that are gone."""
    version = connection.initial.local.address.version
    wanted = {
        address: path
        for path in allowed_paths(connection.initial, situation.paths, connection.terms)
        if (address := path.source_address(version)) is not None
        and (connection.has_left_initial_address or not owns(path, connection.initial.local.address))
    }
    for address in [address for address in connection.offered if address not in wanted]:
        # The peer closes what it has there: something must be left elsewhere.
        if any(flow.local.address != address for flow in connection.subflows):
            yield WithdrawAddress(token=connection.token, local_id=connection.offered.pop(address))
    for address, path in wanted.items():
        is_room_left = len(connection.offered) + connection.refused_offers < MOST_SUBFLOWS - 1
        if address not in connection.offered and is_room_left:
            local_id = connection.offered[address] = connection.fresh_id()
            yield AnnounceAddress(token=connection.token, local=address, local_id=local_id, interface_index=path.index)


def note_offer_refused(connection: Connection, command: AnnounceAddress) -> None:
    """It will not be repeated in the place of another one."""
    connection.refused_offers += 1
    connection.offered.pop(command.local, None)
