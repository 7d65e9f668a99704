"""What recognising connections costs, beside its target: `.venv/bin/python tests/bench/bench_patterns.py`."""

import sys
import time
from pathlib import Path

from stage import verdict

from mpmanager.core.automatic_wait import AutomaticWait
from mpmanager.model.names import Token
from mpmanager.model.progress import Progress

TRACES = Path(__file__).parents[1] / "traces"
LOOK_MS = 12.5
LIMIT_US = 2.0
ROUNDS = 30


def main() -> int:
    """Print all figures; the number of missed targets is the exit code."""
    return sum(not _measure(each) for each in sorted(TRACES.glob("*.txt")))


def _measure(trace: Path) -> bool:
    looks = _looks(trace)
    cost_us = min(_replay(looks) for _round in range(ROUNDS))
    return verdict(f"recognising {trace.stem}: a look, of {len(looks)}", cost_us, "us", target=LIMIT_US)


def _looks(trace: Path) -> list[tuple[Progress, float]]:
    """What the daemon would have seen, and when."""
    rows = [[int(word) for word in line.split()] for line in trace.read_text().splitlines() if line[0] != "#"]
    looks, index = [], 0
    for number in range(round(rows[-1][0] / LOOK_MS)):
        while index + 1 < len(rows) and rows[index + 1][0] <= number * LOOK_MS:
            index += 1
        written, acknowledged, received = (1000 + count for count in rows[index][1:])
        looks.append((Progress(Token(1), written, acknowledged, received), number * LOOK_MS / 1000))
    return looks


def _replay(looks: list[tuple[Progress, float]]) -> float:
    """Microseconds for each."""
    wait = AutomaticWait()
    begin = time.perf_counter()
    for progress, now in looks:
        wait.take(progress, now)
    return (time.perf_counter() - begin) * 1e6 / len(looks)


if __name__ == "__main__":
    sys.exit(main())
