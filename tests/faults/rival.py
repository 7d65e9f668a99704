"""Another path manager: it undoes what is done to connections, as it is told by its arguments.

rival.py close NAME     closes each subflow that is opened from the address NAME
rival.py open ADDRESS   opens a subflow from this address to each connection, and again when it is closed
"""

import asyncio
import itertools
import sys
from collections import Counter
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.model.connection import Endpoint
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import AddressId
from mpmanager.model.pathmanager import (
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    SubflowClosed,
    SubflowEstablished,
)

_WAY_ID = 77


class Rival:
    def __init__(self, what, address, index):
        self._manager = LinuxPathManager(remembered=Path("/nonexistent"))
        self._address, self._index = ip_address(address), int(index)
        self._ports = itertools.count(20_000)
        self._remotes = {}
        self.count = Counter()
        self._manager.listen(self.close if what == "close" else self.open, lambda: None)

    def close(self, event):
        if isinstance(event, SubflowEstablished) and event.flow.local.address == self._address:
            self._try(DestroySubflow(token=event.token, flow=event.flow))

    def open(self, event):
        if isinstance(event, ConnectionEstablished):
            self._remotes[event.token] = event.flow.remote
        elif not isinstance(event, SubflowClosed) or event.flow.local.address != self._address:
            return
        self._try(
            CreateSubflow(
                token=event.token,
                local=Endpoint(self._address, next(self._ports)),
                local_id=AddressId(_WAY_ID),
                interface_index=self._index,
                remote=self._remotes[event.token],
                is_backup=False,
            )
        )

    def _try(self, command):
        self.count[type(command).__name__] += 1
        with suppress(CommandRefusedError):
            self._manager.execute(command)


async def main(what, address, index):
    rival = Rival(what, address, index)
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    loop.add_reader(sys.stdin, asked.set)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asked.wait()
    sys.stdout.write(f"{sum(rival.count.values())}\n")


Path("/proc/self/comm").write_text("mptcpd")
asyncio.run(main(*sys.argv[1:]))
