"""What can be wrong with the cache's directory, the cassettes', and the files in them."""

from __future__ import annotations

import functools
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from tests.faults.bench import CONFORMING, Bench
from tests.faults.rows import (
    FROM_CASSETTES,
    FULL,
    MODES,
    WORKERS,
    Row,
    Situation,
    Trial,
    down,
    refusal,
    served,
    trials,
)
from tests.local_registry import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.rows import DiskFault

AUTO, LIVE, RECORD, REPLAY = (Situation[name] for name in ("AUTO", "LIVE", "RECORD", "REPLAY"))
AUTO_CACHED = Situation.AUTO_CACHED

LONG = "a name of 200 characters, " + "x" * 174
ODD = "ein Ort für Schemas, 日本語 & 🦊"


def moved(name: str, *, linked: bool = False) -> DiskFault:
    """Both directories in a folder of another name, perhaps with a link where they were."""

    @contextmanager
    def disk(bench: Bench) -> Iterator[None]:
        for attribute in ("cache_dir", "cassettes"):
            old: Path = getattr(bench, attribute)
            new = bench.path / name / old.name
            old.mkdir(exist_ok=True)
            new.parent.mkdir(exist_ok=True)
            old.rename(new)
            if linked:
                old.symlink_to(new, target_is_directory=True)
            else:
                setattr(bench, attribute, new)
        yield

    return disk


def below_a_file(attribute: str) -> DiskFault:
    @contextmanager
    def disk(bench: Bench) -> Iterator[None]:
        (bench.path / "file").touch()
        setattr(bench, attribute, bench.path / "file" / attribute)
        yield

    return disk


@functools.cache
def namespace() -> list[str]:
    """The command in front of another that gives it mounts of its own."""
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        if shutil.which("unshare"):
            mount = [*command, "mount", "-t", "tmpfs", "none", "/mnt"]
            if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
                return command
    pytest.skip("needs unshare --mount")


def mounted(attribute: str, commands: str) -> DiskFault:
    """A directory that some commands mount, with ``$1`` for its path."""

    @contextmanager
    def disk(bench: Bench) -> Iterator[None]:
        directory: Path = getattr(bench, attribute)
        directory.mkdir(exist_ok=True)
        script = f'set -e; {commands}; shift; exec "$@"'
        bench.prefix = [*namespace(), "sh", "-c", script, "sh", str(directory)]
        yield

    return disk


READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
FULL_UP = 'mount -t tmpfs -o size=4k none "$1"; head -c 4096 /dev/zero > "$1/data"'


def damaged(pattern: str, damage: Callable[[bytes], bytes]) -> DiskFault:
    """All files that match, after some damage."""

    @contextmanager
    def disk(bench: Bench) -> Iterator[None]:
        for file in bench.path.glob(pattern):
            file.write_bytes(damage(file.read_bytes()))
        yield

    return disk


def half(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def zeros(raw: bytes) -> bytes:
    return bytes(len(raw))


def emptied(_raw: bytes) -> bytes:
    return b""


def foreign(_raw: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n another program's"


HOLDER = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from pytest_schema_registry.retrieval.cache import Cache, SharedSession

directory, *urls = sys.argv[1:]
cache = Cache(Path(directory), SharedSession("", Path()), ttl=0, lock_timeout=10)
with ExitStack() as held:
    for url in urls:
        held.enter_context(cache.lock(url))
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def locked(bench: Bench) -> Iterator[None]:
    """All addresses, by a process that lives."""
    urls = bench.published.addresses(bench.registry.url)
    command = [sys.executable, "-c", HOLDER, str(bench.cache_dir), *urls]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield
        finally:
            holder.kill()


@contextmanager
def locked_by_the_dead(bench: Bench) -> Iterator[None]:
    with locked(bench):
        pass
    assert list(bench.cache_dir.glob("*.lock"))
    yield


CACHE = "cache/*.entry"
RECORDINGS = "cassettes/*/*.yaml"
UNUSABLE = served(
    AUTO,
    AUTO_CACHED,
    LIVE,
    RECORD,
    warning="CacheWarning",
    text="--registry-cache-dir chooses another",
)
UNWRITABLE = "the cassette cannot be written: "
LOCKED = (
    "CacheLocked: … lock file: … .lock … --registry-timeout, or choose another --registry-cache-dir"
)
ROWS = [
    Row("directories of an odd name", served() | FROM_CASSETTES, disk=moved(ODD)),
    Row("directories of a long name", served() | FROM_CASSETTES, disk=moved(LONG)),
    Row("directories behind links", served() | FROM_CASSETTES, disk=moved("real", linked=True)),
    Row("cache below a file", UNUSABLE, disk=below_a_file("cache_dir")),
    Row("cache read-only", UNUSABLE, disk=mounted("cache_dir", READ_ONLY), in_process=False),
    Row(
        "cache on a full disk",
        # Each worker finds that out with an answer in its hand.
        {where: replace(each, requests=range(2, 5)) for where, each in UNUSABLE.items()},
        disk=mounted("cache_dir", FULL_UP),
        in_process=False,
    ),
    Row(
        "cassettes below a file",
        refusal(UNWRITABLE, RECORD) | served(AUTO),
        disk=below_a_file("cassettes"),
    ),
    Row(
        "cassettes read-only",
        refusal(UNWRITABLE, RECORD) | served(AUTO) | FROM_CASSETTES,
        disk=mounted("cassettes", READ_ONLY),
        in_process=False,
    ),
    Row(
        "cassettes on a full disk",
        refusal(UNWRITABLE, RECORD) | served(AUTO),
        disk=mounted("cassettes", FULL_UP),
        in_process=False,
    ),
    *(
        Row(f"cache entries {name}", served(AUTO_CACHED, LIVE, RECORD), disk=damaged(CACHE, damage))
        for name, damage in {
            "cut in half": half,
            "of zeros": zeros,
            "of no length": emptied,
            "of another program": foreign,
        }.items()
    ),
    Row(
        "cache entries of zeros, and no registry",
        refusal("then tried: the cache: no entry", AUTO_CACHED, requests=0)
        | refusal("cannot connect", LIVE, RECORD, requests=0),
        down,
        disk=damaged(CACHE, zeros),
    ),
    *(
        Row(
            f"cassettes {name}",
            served(RECORD) | refusal("CassetteDamaged: ", REPLAY, requests=0),
            disk=damaged(RECORDINGS, damage),
        )
        for name, damage in {
            "cut in half": half,
            "of zeros": zeros,
            "of no length": emptied,
            "of another program": foreign,
        }.items()
    ),
    Row("lock of a process that was killed", served(), disk=locked_by_the_dead),
    Row(
        "lock of a process that does not end",
        refusal(LOCKED, AUTO, AUTO_CACHED, LIVE, RECORD, requests=0, seconds=15),
        disk=locked,
        timeout=0.1,
        in_process=False,
    ),
]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_the_disk(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("mode", MODES)
def test_directories_that_are_deleted_under_the_run(bench: Bench, mode: str, workers: int) -> None:
    bench.write(f"""
        import shutil
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_order(assert_conforms, number):
            for directory in {str(bench.cache_dir)!r}, {str(bench.cassettes)!r}:
                shutil.rmtree(directory, ignore_errors=True)
            assert_conforms({CONFORMING}, "{ORDER}")
    """)
    observed = bench.session(mode, bench.registry.url, workers=workers)
    assert observed.outcomes == {"passed": 8}, observed.output
    # It depends on the moment whether a cache whose directory is gone is given up.
    assert observed.warnings <= {"CacheWarning"}


def cuts(raw: bytes) -> Iterator[bytes]:
    """The bytes cut everywhere; in the short form, at every seventh."""
    return (raw[:length] for length in range(0, len(raw), 1 if FULL else 7))


def flips(raw: bytes) -> Iterator[bytes]:
    """The bytes with each bit flipped; in the short form, with some."""
    bits = range(8 * len(raw))
    for bit in bits if FULL else random.sample(bits, 50):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


def test_cache_entries_with_any_damage_are_none(bench: Bench) -> None:
    url = bench.registry.url
    bench.keep(Situation.AUTO_CACHED, url)
    assert len(bench.kept(url)) == 2
    file, _ = bench.path.glob(CACHE)
    raw = file.read_bytes()
    for damage in chain(cuts(raw), flips(raw)):
        file.write_bytes(damage)
        assert len(bench.kept(url)) == 1


def test_cassettes_that_are_cut_anywhere_are_none_or_whole(bench: Bench) -> None:
    url = bench.registry.url
    bench.keep(Situation.AUTO_RECORDED, url)
    whole = bench.kept(url)
    file, _ = bench.path.glob(RECORDINGS)
    for damage in cuts(file.read_bytes()):
        file.write_bytes(damage)
        assert bench.kept(url).items() <= whole.items()


def test_cassettes_with_any_damage_are_an_error_at_worst(bench: Bench) -> None:
    """Cassettes are for people to read and change: nothing tells a change from damage."""
    url = bench.registry.url
    bench.keep(Situation.AUTO_RECORDED, url)
    file, _ = bench.path.glob(RECORDINGS)
    for damage in flips(file.read_bytes()):
        file.write_bytes(damage)
        bench.kept(url)
