"""What people write of policies on the command line, read and written so that it comes back the same."""

import time
from collections.abc import Callable
from typing import TypeVar

import click

from mpmanager.api.structures import PairWaitInfo, TierChoiceInfo, Trigger, Wait
from mpmanager.client.rule_values import write_size
from mpmanager.lab.units import Duration, Share, Size
from mpmanager.model.caps import MOST_BYTES
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import Tier
from mpmanager.model.policy import (
    LEAST_BIG_BYTES,
    LEAST_SHARE,
    LONGEST_WAIT_S,
    MOST_BIG_BYTES,
    MOST_FIRST_BYTES,
    OWN_TIER,
    Intent,
    Role,
    TierChoice,
    TrustDemand,
    TrustPolicy,
)

ValueT = TypeVar("ValueT")

_CHOICES = "a wait is 0 (pool everything), a time such as 50ms or 2s, or never"
_SHARES = "a share is over 0% to 100%, such as 5%, or off"
_TRUSTS = (
    "trust is any, handshake, handshake-strict, first (which may name a number of bytes, as in first:16kB), "
    "first-strict, or only"
)
_MS_PER_S = 1000
_SWITCH = {"on": True, "off": False}


def option_value(read: Callable[[str], ValueT]) -> Callable[[str], ValueT]:
    """For `click.option(type=...)`: a value that cannot be read ends the command with what is wrong."""

    def convert(text: str) -> ValueT:
        try:
            return read(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return convert


def read_wait(text: str) -> Wait:
    """`50ms`, `0` or `never`, in milliseconds."""
    if text == "never":
        return "never"
    if text == "0":
        return 0.0
    try:
        wait_s = Duration.parse(text)
    except ValueError as error:
        raise ValueError(f"{error}; {_CHOICES}") from error
    if wait_s > LONGEST_WAIT_S:
        raise ValueError(f"{text!r} is longer than {LONGEST_WAIT_S:g}s; {_CHOICES}")
    return round(wait_s * _MS_PER_S, 3)


def read_wait_or_auto(text: str) -> Wait | Intent:
    """As `read_wait`, or `auto`: whatever is good for each connection."""
    return Intent.AUTOMATIC if text == "auto" else read_wait(text)


def read_intent(text: str) -> Intent:
    """What an application is for."""
    if text not in set(Intent):
        raise ValueError(f"{text!r}: expected one of {', '.join(Intent)}")
    return Intent(text)


def read_switch(text: str) -> bool:
    """`on` or `off`."""
    if text not in _SWITCH:
        raise ValueError(f"{text!r}: expected on or off")
    return _SWITCH[text]


def read_tier_paths(text: str) -> str:
    """`wlan0`, `path:wlan0`, `kind:lte` or a role, as a `TierChoice` has it."""
    is_bare_name = ":" not in text and text not in set(Role)
    try:
        return TierChoice.parse(f"path:{text}" if is_bare_name else text, Tier.ALWAYS).paths
    except InvalidValueError as error:
        raise ValueError(str(error)) from error


def read_tier(text: str) -> TierChoiceInfo:
    """`metered=never`."""
    paths, equals, tier = text.rpartition("=")
    if not equals:
        raise ValueError(f"{text!r}: paths have a tier, as in metered=never or wlan0=always")
    if tier not in {*Tier, OWN_TIER}:
        raise ValueError(f"{text!r}: a tier is one of {', '.join(Tier)}, {OWN_TIER}")
    return TierChoiceInfo(paths=read_tier_paths(paths), tier=tier)


def read_paths(text: str) -> tuple[TierChoiceInfo, ...]:
    """`wlan0,trusted`: these as their own tiers say, and no others."""
    named = [TierChoiceInfo(paths=read_tier_paths(each.strip()), tier=OWN_TIER) for each in text.split(",")]
    return *named, TierChoiceInfo(paths=Role.ANY, tier=Tier.NEVER)


def read_until(text: str) -> float:
    """`1h`, as Unix time from now on."""
    return time.time() + Duration.parse(text)


def read_seconds(text: str) -> int:
    """`10m`, in whole seconds, one at least."""
    seconds = round(Duration.parse(text))
    if seconds < 1:
        raise ValueError(f"{text!r} is less than a second")
    return seconds


def read_pair(text: str) -> tuple[str, str]:
    """`wlan0:wwan0`: the path that carries, and the one that helps."""
    carrier, _colon, helper = text.partition(":")
    if not carrier or not helper or ":" in helper:
        raise ValueError(f"{text!r}: a pair is two paths, the one that carries and the one that helps: wlan0:wwan0")
    if carrier == helper:
        raise ValueError(f"{text!r}: a pair is two different paths")
    return carrier, helper


def read_pair_wait(text: str) -> PairWaitInfo:
    """`wlan0:wwan0=20ms`."""
    pair, equals, wait = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r}: a pair has a wait, as in wlan0:wwan0=20ms")
    carrier, helper = read_pair(pair)
    return PairWaitInfo(carrier=carrier, helper=helper, wait_ms=read_wait(wait))


def read_trigger(text: str) -> Trigger:
    """`5%` or `off`, as a fraction."""
    if text == "off":
        return "off"
    try:
        share = Share.parse(text)
    except ValueError as error:
        raise ValueError(f"{error}; {_SHARES}") from error
    if share < LEAST_SHARE:
        raise ValueError(f"{text!r} would be left for nothing at all; {_SHARES}")
    return round(share, 6)


def read_size(text: str) -> int:
    """`1MB`, in bytes."""
    size = round(Size.parse(text))
    if not LEAST_BIG_BYTES <= size <= MOST_BIG_BYTES:
        least, most = write_size(LEAST_BIG_BYTES), write_size(MOST_BIG_BYTES)
        raise ValueError(f"{text!r}: expected {least} to {most}")
    return size


def read_amount(text: str) -> int:
    """`5GB` of traffic, in bytes."""
    size = round(Size.parse(text))
    if not 0 <= size <= MOST_BYTES:
        raise ValueError(f"{text!r}: expected 0B to {write_size(MOST_BYTES)}")
    return size


def read_trust(text: str) -> str:
    """`only` or `first:16kB`, as a `TrustPolicy` writes it: with the number of bytes."""
    demand, colon, size = text.strip().partition(":")
    written = f"{demand}:{_read_first(size)}" if colon and demand.startswith(TrustDemand.FIRST) else text.strip()
    try:
        return str(TrustPolicy.parse(written))
    except InvalidValueError as error:
        raise ValueError(f"{text!r} is none of them: {_TRUSTS}") from error


def _read_first(text: str) -> int:
    size = round(Size.parse(text))
    if not 1 <= size <= MOST_FIRST_BYTES:
        raise ValueError(f"{text!r}: expected 1B to {write_size(MOST_FIRST_BYTES)}")
    return size
