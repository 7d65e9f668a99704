"""Runs the tests of faults at full length and writes what they measured into docs/faults.md: `make test-faults`."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

_SOURCE = Path(__file__).parents[2]
_TESTS = _SOURCE / "tests" / "faults"
_PAGE = _SOURCE / "docs" / "faults.md"


def main():
    """Run the files that are named, or all; the page is written when all have run and held."""
    names = sys.argv[1:]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory) / "figures"
        environment = os.environ | {"MPMANAGER_FAULTS": "long", "MPMANAGER_FAULTS_RECORD": str(record)}
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-m", "netns", *(names or [str(_TESTS)])]
        code = subprocess.run(command, env=environment, cwd=_SOURCE, check=False).returncode
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    rows = [json.loads(line) for line in lines]
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        must = f"  (must be: {row['must']})" if row["must"] else ""
        print(f"{row['name']:<{width}}  {row['value']}{must}")
    print(f"{'all held' if code == 0 else 'NOT ALL HELD'}, {time.monotonic() - began:.0f} s")
    if code == 0 and not names:
        _PAGE.write_text(_page(rows), encoding="utf-8")
    return code


def _page(rows):
    introduction = (_TESTS / "introduction.md").read_text(encoding="utf-8")
    table = "\n".join(f"| {row['name']} | {row['value']} | {row['must']} |" for row in rows)
    when = f"{datetime.now(UTC):%Y-%m-%d}, Linux {platform.release().partition('-')[0]}, {os.cpu_count()} processors"
    return f"{introduction.rstrip()}\n\nLast run: {when}.\n\n| what | measured | must be |\n|---|---|---|\n{table}\n"


if __name__ == "__main__":
    sys.exit(main())
