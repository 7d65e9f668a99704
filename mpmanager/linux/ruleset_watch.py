"""Tells whether rules and filters may have become others, as asking for them all costs far more."""

from contextlib import ExitStack

from mpmanager.linux.netlink import NotificationSocket

_NETLINK_ROUTE, _NETLINK_NETFILTER = 0, 12
_IPV4_RULE, _IPV6_RULE, _NFTABLES = 8, 19, 7
"""RTNLGRP_* and NFNLGRP_NFTABLES."""
_BUFFER_BYTES = 1 << 18
"""What does not fit is a change, too."""
_GROUPS = ((_NETLINK_ROUTE, (_IPV4_RULE, _IPV6_RULE)), (_NETLINK_NETFILTER, (_NFTABLES,)))


class RulesetWatch:
    """Of the network namespace in which it is made."""

    def __init__(self) -> None:
        """Listen; what was before is not known.

        Raises:
            OSError: that is refused, or nftables is not there.
        """
        self._sockets: list[NotificationSocket] = []
        with ExitStack() as unfinished:
            unfinished.callback(self.close)
            for protocol, groups in _GROUPS:
                listener = NotificationSocket(protocol, receive_buffer_bytes=_BUFFER_BYTES)
                self._sockets.append(listener)
                for group in groups:
                    listener.join(group)
            unfinished.pop_all()

    def has_news(self) -> bool:
        """Whether something was changed since the last time."""
        told: list[memoryview] = []
        were_lost = [each.drain(told.append) for each in self._sockets]
        return bool(told) or any(were_lost)

    def close(self) -> None:
        """Listen no more."""
        for each in self._sockets:
            each.close()
        self._sockets.clear()
