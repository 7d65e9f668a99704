"""What the kernel's counters of an MPTCP connection mean for its program."""

_FIN_SENT = {4, 5, 6, 9, 11}
"""FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT, LAST_ACK, CLOSING: the DATA_FIN has its place in the sequence space."""
_CLOSED = 7


def written_bytes(state: int, *, sent: int | None, acked: int, write_seq: int, snd_una: int, is_fallback: bool) -> int:
    """What the program has handed over; in a closed connection, what was sent of it.

    Nothing is written there any more, and what was not sent is lost; the acknowledged bytes may include a DATA_FIN.
    """
    if state == _CLOSED and sent is not None:
        return sent
    return max(0, acked + write_seq - snd_una - (state in _FIN_SENT) - is_fallback)
