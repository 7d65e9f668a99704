"""How far connections have got at one moment: what is looked at many times a second."""

from typing import NamedTuple

from mpmanager.model.connection import FourTuple, TcpState
from mpmanager.model.names import Token


class Progress(NamedTuple):
    """One connection: places in its streams, in bytes (sequence numbers of MPTCP)."""

    token: Token
    write_seq: int
    """Behind the last byte that the application has handed over."""
    snd_una: int
    """Behind the last byte that the peer has acknowledged."""
    rcv_nxt: int
    """Behind the last byte that has come in order."""


class SubflowVitals(NamedTuple):
    """One subflow, as far as it tells whether it delivers (`struct tcp_info`)."""

    flow: FourTuple
    state: TcpState
    is_backup_there: bool
    """Whether the peer has marked it as backup."""
    rtt_s: float | None
    """Smoothed; None until the first measurement."""
    min_rtt_s: float | None
    """The shortest in the last minutes; None until the first measurement."""
    receiver_rtt_s: float | None
    """As the receiver sees it, queues included; None until the first measurement."""
    silent_s: float
    """Since the last acknowledgement came; in steps of the kernel's clock tick."""
    unacknowledged: int
    """Segments in flight."""
    in_flight_bytes: int
    """Sent and not acknowledged."""
    unsent_bytes: int
    delivery_rate_byte_s: int
    """Measured most recently; 0 before the first measurement."""
    acknowledged_bytes: int
    received_segments: int
    """All of them, acknowledgements and data out of order too."""
    out_of_order_packets: int
    """Received, since it exists."""
    delivered: int
    """Segments that have arrived, acknowledged or not, those sent again too, since it exists."""
    delivered_ce: int
    """Of these, the ones whose arrival was told with a congestion mark (ECN); 0 where the ends do not use ECN."""
    data_segs_out: int
    """Segments with data sent since it exists, those sent again too."""
    total_retrans: int
    """Of these, the ones sent again."""
