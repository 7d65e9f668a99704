"""A daemon in a simulated world, asked by plain D-Bus messages: also by those that no client of ours would send."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from dbus_fast import Message

from mpmanager.api import contract
from mpmanager.api.bus import parse_bus
from mpmanager.api.connection import connect_to

_ANSWER_S = 30


class SimulatedDaemon:
    """Ends with its block, and must not have had a fault then."""

    def __init__(self, state, bus):
        self._bus = parse_bus(f"private:{bus}")
        self._loop = asyncio.new_event_loop()
        self._process = subprocess.Popen(
            [
                Path(sys.executable).with_name("mpmanagerd"),
                *("--simulate", f"--bus=private:{bus}", f"--state={state}"),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = [self._process.stderr.readline()]
        while "ready" not in self.said[-1]:
            assert self.said[-1], self.said
            self.said.append(self._process.stderr.readline())
        self._connection = self.run(self.connect())

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.end()

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def resident_bytes(self):
        """Of its memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def descriptors(self):
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    async def connect(self):
        """One more client."""
        return await connect_to(self._bus)

    def run(self, work):
        return self._loop.run_until_complete(asyncio.wait_for(work, 2 * _ANSWER_S))

    def call(self, method, *body):
        """The answer, be it an error."""
        return self.run(answer(self._connection, method, *body))

    def ask(self, method, *body):
        """What it answers."""
        reply = self.call(method, *body)
        assert reply.error_name is None, reply.body
        return reply.body[0] if reply.body else None

    def end(self):
        if self.is_running:
            self._connection.disconnect()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()
            self._process.terminate()
            self.said.append(self._process.communicate(timeout=20)[1])
        assert "Traceback" not in "".join(self.said)


def question(method, *body, **other):
    """A message that asks for an answer; with other contents than it should have where those are given."""
    said = {
        "destination": contract.BUS_NAME,
        "path": contract.OBJECT_PATH,
        "interface": contract.INTERFACE,
        "member": method.name,
        "signature": method.input_signature,
        "body": list(body),
    }
    return Message(**(said | other))


async def answer(connection, method, *body):
    reply = await asyncio.wait_for(connection.call(question(method, *body)), _ANSWER_S)
    for descriptor in reply.unix_fds:
        os.close(descriptor)
    return reply
