"""How it is written down which connections are held to trusted paths; where that is lost, all that there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import msgspec

from mpmanager.daemon.kept_file import Reading
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Trusted sections of connections."""

    flows: Mapping[Token, FourTuple] = field(default_factory=dict)
    """The first subflow of each: tokens are used again."""
    are_lost: bool = False
    """Whether there may have been others, of which nobody knows: then every connection that is there is held."""


_Pair = tuple[str, int]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    token: int
    local: _Pair
    remote: _Pair

    def flow(self) -> FourTuple:
        return FourTuple(_endpoint(*self.local), _endpoint(*self.remote))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    holds: list[_Entry]
    are_lost: bool = False


class HoldsFormat:
    """As JSON."""

    nothing = Holds()
    lost = Holds(are_lost=True)

    def decode(self, text: bytes, earlier: Holds | None) -> Reading[Holds]:
        del earlier  # it can be read as a whole or not at all
        file = msgspec.json.decode(text, type=_File)
        flows = {Token(each.token): each.flow() for each in file.holds}
        return Reading(content=Holds(flows=flows, are_lost=file.are_lost))

    def encode(self, content: Holds) -> bytes:
        entries = [
            _Entry(token=token, local=_pair(flow.local), remote=_pair(flow.remote))
            for token, flow in content.flows.items()
        ]
        return msgspec.json.encode(_File(holds=entries, are_lost=content.are_lost))


def _pair(endpoint: Endpoint) -> _Pair:
    return str(endpoint.address), endpoint.port


def _endpoint(address: str, port: int) -> Endpoint:
    return Endpoint(ip_address(address), port)
