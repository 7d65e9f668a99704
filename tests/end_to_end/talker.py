"""A program of a lab's laptop: connects as it is told and does what it reads, a line at a time. `-` is no answer.

open KIND ADDRESS PORT [SOURCE]    tcp, mptcp or udp; answers with the local address, or the name of the error
ask UP DOWN                        sends so many bytes, takes so many
pour UP                            sends of so many bytes what the kernel takes at once; answers with how many it took
wait MS                            says how long data may wait (MPTCP_EXPIRATION); answers with what holds then
trusted UP DOWN                    as ask, in a trusted section (MPTCP_TRUSTED)
begin                              begins a trusted section without waiting
stop                               ends
"""

import errno
import socket
import sys

IPPROTO_MPTCP = 262
_KINDS = {
    "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "mptcp": (socket.SOCK_STREAM, IPPROTO_MPTCP),
    "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
}


def opened(kind, address, port, source=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, *_KINDS[kind])
    made.settimeout(10)
    if source:
        made.bind((source, 0))
    made.connect((address, int(port)))
    return made


def ask(made, up, down):
    made.sendall(f"{up} {down}".ljust(60).encode() + bytes(up))
    left = down
    while left:
        part = made.recv(min(left, 1 << 16))
        if not part:
            raise ConnectionResetError(errno.ECONNRESET, "ended")
        left -= len(part)


def pour(made, up):
    made.sendall(f"{up} 0".ljust(60).encode())
    made.setblocking(False)
    sent = 0
    try:
        while sent < up:
            sent += made.send(bytes(up - sent))
    except BlockingIOError:
        pass
    return sent


def wait(made, ms):
    from mpmanager.sockets import get_expiration, set_expiration  # noqa: PLC0415  # other Pythons run this, too

    set_expiration(made, ms)
    return get_expiration(made)


def ask_in_section(made, up, down):
    from mpmanager.sockets import trusted  # noqa: PLC0415  # as above

    with trusted(made):
        ask(made, up, down)


def begin(made):
    from mpmanager.sockets import set_trusted  # noqa: PLC0415  # as above

    set_trusted(made, trusted=True)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    made = None
    for line in sys.stdin:
        word, *arguments = line.split()
        if word == "stop":
            return
        try:
            if word == "open":
                made = opened(*arguments)
                say(made.getsockname()[0])
            elif word == "pour":
                say(pour(made, *map(int, arguments)))
            elif word == "wait":
                say(wait(made, int(*arguments)))
            elif word == "begin":
                begin(made)
                say("begun")
            elif word == "trusted":
                ask_in_section(made, *map(int, arguments))
                say("done")
            elif made.type == socket.SOCK_DGRAM:
                made.send(b"x")
                say("sent")
            else:
                ask(made, *map(int, arguments))
                say("done")
        except OSError as error:
            say(errno.errorcode.get(error.errno, type(error).__name__))


main()
