"""What a service tells the service manager that has started it: sd_notify(3) and sd_watchdog_enabled(3)."""

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress

_US_PER_S = 1e6


class ServiceManager:
    """Whoever has started this process, as far as it wants to hear of it. Nothing here ever fails or waits."""

    def __init__(self, address: str = "", *, watchdog_s: float | None = None) -> None:
        """`address` is of its socket, and empty where nobody wants to hear; one that begins with @ is abstract.

        `watchdog_s`: how soon after a sign of life the next one has to come; None: never.
        """
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_s = watchdog_s

    @classmethod
    def of_environment(cls, environment: MutableMapping[str, str]) -> "ServiceManager":
        """As it says in the environment, from which that is taken: it is not for programs that this one starts."""
        address = environment.pop("NOTIFY_SOCKET", "")
        pid, microseconds = environment.pop("WATCHDOG_PID", ""), environment.pop("WATCHDOG_USEC", "")
        is_meant = microseconds.isdecimal() and pid in {"", str(os.getpid())}
        return cls(address, watchdog_s=int(microseconds) / _US_PER_S if is_meant else None)

    def tell(self, **fields: str) -> None:
        """Tell it something, such as READY="1"; see sd_notify(3)."""
        if not self._address:
            return
        text = "\n".join(f"{name}={value}" for name, value in fields.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_it, suppress(OSError):  # it is not our fault
            to_it.settimeout(0)
            to_it.sendto(text.encode(), self._address)
