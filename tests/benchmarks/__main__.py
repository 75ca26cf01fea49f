"""What the plugin costs, next to its peers: ``python -m tests.benchmarks [GROUP ...]``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import (
    avro_checking,
    checking,
    comparing,
    confluent,
    contracts,
    retrieving,
    services,
    startup,
    suites,
)
from tests.benchmarks.measure import machine, table

if TYPE_CHECKING:
    from tests.benchmarks.measure import Row

GROUPS = {
    "checking": checking.rows,
    "avro": avro_checking.rows,
    "suites": suites.rows,
    "startup": startup.rows,
    "retrieving": retrieving.rows,
    "confluent": confluent.rows,
    "contracts": contracts.rows,
    "comparing": comparing.rows,
    "services": services.rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--short", action="store_true", help="only show that it works")
    options = parser.parse_args()
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    start = time.perf_counter()
    found: list[Row] = []
    print(machine())
    for name in options.groups or GROUPS:
        with tempfile.TemporaryDirectory() as directory:
            rows = GROUPS[name](Path(directory), short=options.short)
        print(f"\n{name}\n{table(rows)}", flush=True)
        found += rows
    missed = sum(row.met is False for row in found)
    targets = sum(row.met is not None for row in found)
    print(f"\n{missed} of {targets} targets missed, in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
