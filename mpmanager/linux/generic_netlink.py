"""Generic netlink: families and their multicast groups by name."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from mpmanager.linux.netlink import NetlinkSocket, attribute, attribute_list, attributes_of
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

NETLINK_GENERIC = 16

_GENL_ID_CTRL = 0x10
_CTRL_CMD_GETFAMILY = 3
_CTRL_ATTR_FAMILY_ID = 1
_CTRL_ATTR_FAMILY_NAME = 2
_CTRL_ATTR_MCAST_GROUPS = 7
_CTRL_ATTR_MCAST_GRP_NAME = 1
_CTRL_ATTR_MCAST_GRP_ID = 2

HEADER = struct.Struct("=BBH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family that this kernel knows."""

    id: int
    groups: Mapping[str, int]


def header(command: int, version: int) -> bytes:
    """The generic netlink header that stands before the attributes."""
    return HEADER.pack(command, version, 0)


def find_family(netlink: NetlinkSocket, name: str) -> Family:
    """Look a family up.

    Raises:
        NotSupportedError: this kernel has no such family.
    """
    request = header(_CTRL_CMD_GETFAMILY, 1) + attribute(_CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
    try:
        (reply,) = netlink.query(_GENL_ID_CTRL, request, what=f"look up the netlink family {name}")
    except CommandRefusedError as error:
        raise NotSupportedError(f"this kernel has no netlink family {name}") from error
    attributes = attributes_of(memoryview(reply)[HEADER.size :])
    return Family(
        id=struct.unpack("=H", attributes[_CTRL_ATTR_FAMILY_ID])[0],
        groups=_groups(attributes.get(_CTRL_ATTR_MCAST_GROUPS, memoryview(b""))),
    )


def _groups(body: memoryview) -> dict[str, int]:
    groups = (attributes_of(group) for _index, group in attribute_list(body))
    return {
        bytes(group[_CTRL_ATTR_MCAST_GRP_NAME]).rstrip(b"\0").decode(): struct.unpack(
            "=I", group[_CTRL_ATTR_MCAST_GRP_ID]
        )[0]
        for group in groups
    }
