"""A message bus of the daemon's own, for `--bus private:DIR`."""

import os
import socket
import stat
import subprocess
import time
from contextlib import closing
from html import escape
from pathlib import Path
from typing import Self

from mpmanager.model.errors import NotSupportedError

_STOP_TIMEOUT_S = 5.0

_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="false"/>
    <allow receive_sender="*"/>
  </policy>
  <policy user="{owner}">
    <allow own="*"/>
  </policy>
</busconfig>
"""


_IF_NOT_ORPHANED = 'test "$PPID" = "$0" && exec "$@"'
"""A script, given the number of the parent."""
_GOING_S, _LOOK_S = 2.0, 0.05
"""How long a bus whose daemon was killed just now may take to end."""


class PrivateBus:
    """A running dbus-daemon on DIR/bus. It ends with this process, also when that is killed."""

    def __init__(self, directory: Path, *, owner: int) -> None:
        """Start it; only the user with the number `owner` may own names on it.

        Raises:
            NotSupportedError: it does not start; the sentence says why.
        """
        address = directory / "bus"
        _refuse_if_alive(address)
        configuration = directory / "bus.conf"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _refuse_if_shared(directory)
            address.unlink(missing_ok=True)
            configuration.write_text(_CONFIGURATION.format(socket=escape(str(address)), owner=owner))
            with (directory / "bus.log").open("wb") as log:
                self._process = subprocess.Popen(
                    # setpriv (util-linux): the bus has no reason to outlive its daemon, be that killed before
                    # setpriv has run: then the shell finds that its parent is another one.
                    [
                        "setpriv",
                        "--pdeathsig",
                        "TERM",
                        "sh",
                        "-c",
                        _IF_NOT_ORPHANED,
                        str(os.getpid()),
                        "dbus-daemon",
                        f"--config-file={configuration}",
                        "--nofork",
                        "--print-address=1",
                    ],
                    stdout=subprocess.PIPE,
                    stdin=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C in a terminal is for the daemon, which then ends its bus
                )
        except OSError as error:
            raise NotSupportedError(f"--bus private:{directory}: {error.strerror}: {error.filename}") from error
        self._socket = address
        self._configuration = configuration
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        output = self._process.stdout
        if output is None or not output.readline():
            self._process.wait(_STOP_TIMEOUT_S)
            said = (self._socket.parent / "bus.log").read_text(errors="replace").strip()
            raise NotSupportedError(f"dbus-daemon ended at once (exit code {self._process.returncode}): {said}")
        output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it and remove what it left in the directory."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.unlink(missing_ok=True)
        self._configuration.unlink(missing_ok=True)
        (self._socket.parent / "bus.log").unlink(missing_ok=True)


def _refuse_if_alive(path: Path) -> None:
    deadline = time.monotonic() + _GOING_S
    while _is_alive(path):
        if time.monotonic() > deadline:
            raise NotSupportedError(f"{path} is in use: another mpmanagerd runs there")
        time.sleep(_LOOK_S)


def _is_alive(path: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        return probe.connect_ex(str(path)) == 0


def _refuse_if_shared(directory: Path) -> None:
    """Who else may write there could put a bus of his own, or a link to another file, in our place."""
    status = directory.stat()
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotSupportedError(
            f"--bus private:{directory}: others may write in this directory; name one that only you may write in, "
            "or one that does not exist yet"
        )
