"""mpmanagerd with sockets so small that the kernel drops most of what it reports."""

from mpmanager.daemon.main import main
from mpmanager.linux.netlink import NotificationSocket

_make = NotificationSocket.__init__


def make_small(self, protocol, *, receive_buffer_bytes):
    _make(self, protocol, receive_buffer_bytes=min(receive_buffer_bytes, 1))  # the kernel makes 2304 of it


NotificationSocket.__init__ = make_small
main()
