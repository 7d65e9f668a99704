"""Tells whether rules, filters and main's routes may have become others, as asking for them all costs far more."""

from contextlib import ExitStack

from mpmanager.linux.netlink import NotificationSocket, messages_of
from mpmanager.linux.rtnetlink import (
    NETLINK_ROUTE,
    RT_TABLE_MAIN,
    RTM_DELROUTE,
    RTM_NEWROUTE,
    RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV6_ROUTE,
    RTNLGRP_IPV6_RULE,
)

_NETLINK_NETFILTER = 12
_NFTABLES = 7
"""NFNLGRP_NFTABLES."""
_TABLE_OFFSET = 4
_BUFFER_BYTES = 1 << 18
"""What does not fit is a change, too."""
_GROUPS = (
    (NETLINK_ROUTE, (RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE)),
    (_NETLINK_NETFILTER, (_NFTABLES,)),
)


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
        return any(map(_is_news, told)) or any(were_lost)

    def close(self) -> None:
        """Listen no more."""
        for each in self._sockets:
            each.close()
        self._sockets.clear()


def _is_news(datagram: memoryview) -> bool:
    """Routes of other tables are ours, or nobody's whom a class follows."""
    return any(
        kind not in {RTM_NEWROUTE, RTM_DELROUTE} or body[_TABLE_OFFSET] == RT_TABLE_MAIN
        for kind, _, _, body in messages_of(datagram)
    )
