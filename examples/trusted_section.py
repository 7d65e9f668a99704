"""Sends a greeting by any path and a secret by trusted ones only: `trusted_section.py ADDRESS PORT`.

The server gets `hello` and `secret`, a line each, and answers every line with one of its own.
"""

import socket
import sys

from mpmanager.sockets import IPPROTO_MPTCP, OptionsNotAvailableError, SectionNotInForceError, trusted


def ask(connection: socket.socket, line: str) -> str:
    """Send a line and return the answer."""
    connection.sendall(f"{line}\n".encode())
    with connection.makefile(encoding="utf-8") as answers:
        return answers.readline().strip()


def main() -> int:
    """Talk to the server; 1 when the secret was not sent."""
    address, port = sys.argv[1], int(sys.argv[2])
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, IPPROTO_MPTCP) as connection:
        connection.connect((address, port))
        print(ask(connection, "hello"))
        try:
            with trusted(connection):
                print(ask(connection, "secret"))
        except (OptionsNotAvailableError, SectionNotInForceError) as error:
            print(f"the secret was not sent: {error}", file=sys.stderr)
            return 1
        print(ask(connection, "bye"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
