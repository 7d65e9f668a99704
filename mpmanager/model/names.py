"""Types for numbers and words that must not be mixed."""

from ipaddress import IPv4Address, IPv6Address
from typing import NewType

Token = NewType("Token", int)
"""The 32-bit number by which both the kernel and its path manager name one MPTCP connection on this host."""

LinkName = NewType("LinkName", str)
"""The name of a network interface, as in `ip link`."""

AddressId = NewType("AddressId", int)
"""The 8-bit number by which both ends of a connection name an address; 0 is the initial subflow's."""

HostName = NewType("HostName", str)
"""A host's name as DNS has it: ASCII (IDNA), lower case, no final dot; `core.host_form.host_name` makes one."""

IPAddress = IPv4Address | IPv6Address
