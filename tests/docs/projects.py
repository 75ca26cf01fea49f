"""What the tests of the pages run in."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGISTRY = ROOT / "tests" / "contracts" / "registry"
#: A conftest.py that writes down which modules a session has imported.
LOADED = """
import sys
from pathlib import Path

def pytest_unconfigure(config):
    Path("loaded").write_text(" ".join(sys.modules))
"""


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # -P, or the checkout would shadow an installed wheel.
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def signature_of(function: Callable[..., Any], *, bound: bool = True) -> str:
    """The signature as the pages write it: without annotations, and with double quotes."""
    parameters = list(inspect.signature(function).parameters.values())[0 if bound else 1 :]
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return str(inspect.Signature(bare)).replace("'", '"')
