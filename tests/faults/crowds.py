"""Crowds of connections, and a daemon that is asked all the while."""

import asyncio
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from mpmanager.client.manager import connected

CROWD = Path(__file__).with_name("crowd.py")
_ASKED_EVERY_S = 0.1


@contextmanager
def asked_all_the_while(daemon):
    """The times that the daemon takes to say how it is."""
    took_s, is_over = [], threading.Event()

    async def ask():
        async with connected(daemon.bus) as client:
            while not is_over.wait(0):
                began = time.monotonic()
                await client.status()
                took_s.append(time.monotonic() - began)
                await asyncio.sleep(_ASKED_EVERY_S)

    thread = threading.Thread(target=lambda: asyncio.run(ask()))
    thread.start()
    try:
        yield took_s
    finally:
        is_over.set()
        thread.join()


def crowd(lab, running, *arguments, place="laptop"):
    command = [sys.executable, str(CROWD), *arguments]
    process = lab.popen(command, place=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    running.append(process)
    return process


def says(process, word):
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()
