"""When the kernel says that a card has joined a network, and that it has got an address there."""

import select
import socket
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_interface

from mpmanager.linux.generic_netlink import NETLINK_GENERIC, find_family
from mpmanager.linux.netlink import NetlinkSocket, NotificationSocket, messages_of

_NETLINK_ROUTE, _IPV4_ADDRESSES = 0, 5
_RTM_NEWADDR = 20
_JOINED = frozenset({46, 47})
"""CONNECT and ROAM of `linux/nl80211.h`."""


class Moments:
    """Unix times, as far as they have come."""

    def __init__(self, address):
        self._address = ip_interface(address).ip.packed
        self.joined = self.addressed = None

    def hear_radio(self, messages):
        if any(body[:1] and body[0] in _JOINED for _, _, _, body in messages):
            self.joined = self.joined or time.time()

    def hear_addresses(self, messages):
        if any(kind == _RTM_NEWADDR and self._address in bytes(body) for kind, _, _, body in messages):
            self.addressed = self.addressed or time.time()


@contextmanager
def moments_of(address):
    """Of joining the network in which the card has this address."""
    moments, radio = Moments(address), NotificationSocket(NETLINK_GENERIC, receive_buffer_bytes=1 << 18)
    addresses = NotificationSocket(_NETLINK_ROUTE, receive_buffer_bytes=1 << 18)
    addresses.join(_IPV4_ADDRESSES)
    with NetlinkSocket(NETLINK_GENERIC) as asking:
        radio.join(find_family(asking, "nl80211").groups["mlme"])
    ending, end = socket.socketpair()
    hear = {radio: moments.hear_radio, addresses: moments.hear_addresses}
    listener = threading.Thread(target=_listen, args=(hear, ending))
    listener.start()
    try:
        yield moments
    finally:
        end.close()
        listener.join()
        for each in (radio, addresses, ending):
            each.close()


def _listen(hear, ending):
    while ending not in (ready := select.select([*hear, ending], [], [])[0]):
        for each in ready:
            hear[each](list(messages_of(memoryview(each.receive() or b""))))
