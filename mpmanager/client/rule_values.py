"""What rules say, in the words of the command line: how `mpm` takes them, it also shows them."""

from mpmanager.api.structures import PairWaitInfo, TierChoiceInfo, Trigger, Wait

_SIZES = {"GB": 1_000_000_000, "MB": 1_000_000, "kB": 1_000}


def write_switch(is_on: bool) -> str:  # noqa: FBT001  # the reverse of `read_switch`, and nothing else
    """On or off."""
    return "on" if is_on else "off"


def write_tier(choice: TierChoiceInfo) -> str:
    """`metered=never`."""
    return f"{choice.paths}={choice.tier}"


def write_wait(wait_ms: Wait) -> str:
    """`50ms`, `0`, `never` or `auto`."""
    if isinstance(wait_ms, str):
        return wait_ms
    return f"{wait_ms:.3f}".rstrip("0").rstrip(".") + "ms" if wait_ms else "0"


def write_pair(pair: PairWaitInfo) -> str:
    """`wlan0:wwan0`: the path that carries, and the one that helps."""
    return f"{pair.carrier}:{pair.helper}"


def write_pair_wait(pair: PairWaitInfo) -> str:
    """`wlan0:wwan0=50ms`."""
    return f"{write_pair(pair)}={write_wait(pair.wait_ms)}"


def write_trigger(trigger: Trigger) -> str:
    """`5%` or `off`."""
    return trigger if isinstance(trigger, str) else f"{trigger * 100:.4f}".rstrip("0").rstrip(".") + "%"


def write_size(size: int) -> str:
    """`1MB`."""
    for unit, factor in _SIZES.items():
        whole, rest = divmod(size, factor)
        if whole and rest % (factor // 1000) == 0:
            return f"{whole}.{rest // (factor // 1000):03}".rstrip("0").rstrip(".") + unit
    return f"{size}B"


def write_trust(trust: str) -> str:
    """`only` or `first:16kB`."""
    demand, colon, size = trust.partition(":")
    return f"{demand}:{write_size(int(size))}" if colon else trust
