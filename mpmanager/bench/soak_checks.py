"""What a soak has to show, line by line: a figure, its bound, and whether it was kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mpmanager.bench.books import Comparison, differences
from mpmanager.bench.soak import APPLICATIONS, Soaked
from mpmanager.bench.vitals import COUNTS, Vitals, growth

MOST_GROWTH_BYTES = 2_000_000
"""Of memory, over the time after the warm-up: the slope of the least-squares line times that time."""
_WARM_UP_SHARE = 0.2
"""Of the soak's time, but"""
_LONGEST_WARM_UP_S = 300.0
"""at most: by then all that is kept for a while (ended connections, events) is full."""
_LEAST_SAMPLES = 20
"""Fewer give no line."""
_REMEMBERED = {"bpf_entries": 3}
"""Both addresses of the server, where a connection to it was plain TCP: that is known of it from then on; and where
the sockets of a cgroup that has gone may still send to, until rules or paths change."""
_EXAMPLES = 5
_MB = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the verdict."""

    text: str
    figure: str
    bound: str
    is_held: bool | None
    """None: this soak cannot tell."""
    details: tuple[str, ...] = ()
    """What is wrong, the first few."""


def checks(soaked: Soaked) -> list[Check]:
    """All lines."""
    found = soaked.books.compare()
    return [*_residue(soaked), *_accounts(soaked, found), *_sums(soaked), *_interfaces(soaked), _log(soaked)]


def after_warm_up(soaked: Soaked) -> list[Vitals]:
    """The samples that tell whether something grows."""
    return [each for each in soaked.samples if each.at_s >= _warm_up_s(soaked)]


def _warm_up_s(soaked: Soaked) -> float:
    return min(_WARM_UP_SHARE * soaked.duration_s, _LONGEST_WARM_UP_S)


def _residue(soaked: Soaked) -> Iterator[Check]:
    samples = after_warm_up(soaked)
    for text, value in (("own memory (USS)", _uss), ("resident memory (RSS)", _rss)):
        yield _growth(text, samples, value)
    if len(soaked.at_rest) == 2:  # noqa: PLR2004  # before and after
        yield _descriptors(soaked)
        before, after = soaked.at_rest
        for name in COUNTS:
            then, now, remembered = getattr(before, name), getattr(after, name), _REMEMBERED.get(name, 0)
            yield Check(
                text=f"left behind: {name.replace('_', ' ')}",
                figure=f"{now - then:+d} (at rest {then}, at most {_most(soaked, name)})",
                bound=f"≤ {remembered}",
                is_held=now <= then + remembered,
            )


def _descriptors(soaked: Soaked) -> Check:
    """Sockets that are opened at their first need stay: so what is left is compared with the end of the warm-up."""
    early = [each.descriptors for each in soaked.samples if each.at_s < _warm_up_s(soaked)]
    bound = max([*early, soaked.at_rest[0].descriptors])
    now = soaked.at_rest[-1].descriptors
    return Check(
        text="left behind: descriptors",
        figure=f"{now} (at rest before {soaked.at_rest[0].descriptors}, at most {_most(soaked, 'descriptors')})",
        bound=f"≤ {bound}, the most of the warm-up",
        is_held=now <= bound,
    )


def _growth(text: str, samples: list[Vitals], value: Callable[[Vitals], float]) -> Check:
    grown = growth(samples, value)
    span_s = samples[-1].at_s - samples[0].at_s if samples else 0.0
    hourly = grown / span_s * 3600 if span_s else 0.0
    return Check(
        text=f"growth of {text}",
        figure=f"{grown / _MB:+.2f} MB in {span_s / 60:.1f} min ({hourly / _MB:+.1f} MB/h)",
        bound=f"≤ {MOST_GROWTH_BYTES / _MB:.0f} MB",
        is_held=grown <= MOST_GROWTH_BYTES if len(samples) >= _LEAST_SAMPLES else None,
    )


def _most(soaked: Soaked, name: str) -> int:
    return max((getattr(each, name) for each in (*soaked.at_rest, *soaked.samples)), default=0)


def _accounts(soaked: Soaked, found: Comparison) -> Iterator[Check]:
    broken_off = found.connections - found.orderly - len(found.missing)
    yield Check(
        text="connections without an account",
        figure=f"{len(found.missing)} (of {found.connections}; {found.plain} plain TCP)",
        bound="0, of at least one",
        is_held=not found.missing and found.connections > 0,
        details=tuple(found.missing[:_EXAMPLES]),
    )
    yield Check(
        text="bytes of connections that differ from what both ends counted",
        figure=f"{found.wrong_bytes} of {found.payload_bytes} ({found.orderly} connections)",
        bound="0",
        is_held=not found.wrong if found.orderly else None,
        details=tuple(found.wrong[:_EXAMPLES]),
    )
    yield _none_of("broken off, accounted outside of read and sent", found.out_of_bounds, f"{broken_off} broken off")
    again = found.carried_bytes - found.payload_bytes
    share = again / found.payload_bytes if found.payload_bytes else 0.0
    yield _none_of(
        "paths together carried less than the connection", found.lost_on_paths, f"{share:.2%} sent twice over others"
    )
    held = sorted({each.held_to for each in APPLICATIONS if each.held_to})
    yield _none_of(f"kept to {', '.join(held)}, which carried something else", found.off_its_path)
    yield _none_of("accounts that went back", soaked.books.went_back)
    yield _none_of("booked under another application", found.misattributed)


def _none_of(text: str, wrong: list[str], among: str = "") -> Check:
    figure = f"{len(wrong)} ({among})" if among else f"{len(wrong)}"
    return Check(text=text, figure=figure, bound="0", is_held=not wrong, details=tuple(wrong[:_EXAMPLES]))


def _sums(soaked: Soaked) -> Iterator[Check]:
    ended = soaked.books.sums()
    yield _apart("bytes by application and path: live totals beside all ended", differences(ended, soaked.totals))
    yield _apart(
        "bytes by application and path: history beside live totals", differences(soaked.totals, soaked.history)
    )


def _interfaces(soaked: Soaked) -> Iterator[Check]:
    yield _apart(
        "bytes that count towards caps, beside the interfaces' own counters",
        ((f"{name}: {each}", abs(each.by_daemon - each.by_kernel)) for name, each in soaked.interfaces.items()),
    )
    yield _apart(
        "bytes that paths received, beside what the emulated links delivered",
        (
            (f"{name}: {each}", abs(each.received_by_daemon - each.received_by_emulator))
            for name, each in soaked.interfaces.items()
        ),
    )


def _apart(text: str, found: Iterable[tuple[str, int]]) -> Check:
    wrong = [(words, apart) for words, apart in found if apart]
    return Check(
        text=text,
        figure=f"{sum(apart for _words, apart in wrong)} apart",
        bound="0",
        is_held=not wrong,
        details=tuple(words for words, _apart_bytes in wrong[:_EXAMPLES]),
    )


def _log(soaked: Soaked) -> Check:
    return _none_of("errors in the daemon's log", soaked.complaints)


def _uss(vitals: Vitals) -> float:
    return vitals.uss_bytes


def _rss(vitals: Vitals) -> float:
    return vitals.rss_bytes
