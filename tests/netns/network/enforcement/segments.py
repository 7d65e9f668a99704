"""TCP segments that leave by an interface, as a capture shows them."""

import socket

from captured import Wire


class Leaving(Wire):
    """All TCP segments that leave by an interface of this thread's network namespace; a context."""

    def segments(self, *, within_s=5.0):
        """Those since the last time, once it is quiet; none is missing."""
        return [each for each in self.packets(within_s=within_s) if each.protocol == socket.IPPROTO_TCP]
