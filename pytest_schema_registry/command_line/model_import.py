"""The models of a user's code, as ``MODULE:MODEL`` names them."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.command_line.opening import working_directory
from pytest_schema_registry.errors import InvalidSettings

if TYPE_CHECKING:
    from types import ModuleType

    from pytest_schema_registry.models.model import Model

_MODEL = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*(?:\.[^\W\d]\w*)*)")

_IMPORTABLE = (
    "run the command where Python can import it: in its environment, and from the directory above "
    "its package"
)


def is_model(written: str) -> bool:
    """Check whether a text has the form ``MODULE:MODEL``."""
    return _MODEL.fullmatch(written) is not None


def imported(written: str, command: str) -> Model:
    """Import a model.

    The working directory is importable, as it is for ``python -m``.

    Args:
        written: ``MODULE:MODEL``, such as ``shop.models:Order``.
        command: The command, for messages.

    Raises:
        InvalidSettings: The text has another form, the module cannot be imported or has no such
            model, it is no model, or there is no working directory.
    """
    found = _MODEL.fullmatch(written)
    if found is None:
        raise InvalidSettings(written, "it is not MODULE:MODEL, such as shop.models:Order")
    # Where the program is a script, Python looks for modules beside it.
    here = str(working_directory())
    if not sys.flags.safe_path and here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    value: Any = _module(found[1], written)
    for name in found[2].split("."):
        if not hasattr(value, name):
            near = difflib.get_close_matches(name, dir(value), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InvalidSettings(written, f"{found[1]} has no {found[2]}{hint}")
        value = getattr(value, name)
    from pytest_schema_registry.models.model import model_of

    return model_of(value, f"{command} {written}")


def _module(name: str, written: str) -> ModuleType:
    try:
        # What a module prints must not come between the lines of a document.
        with redirect_stdout(sys.stderr):
            return importlib.import_module(name)
    except (Exception, SystemExit) as exc:  # noqa: BLE001  # the user's code may raise anything
        advice = "correct it"
        if isinstance(exc, ModuleNotFoundError):
            advice = _IMPORTABLE
        if isinstance(exc, ModuleNotFoundError) and f"{name}.".startswith(f"{exc.name}."):
            reason = f"there is no module {exc.name} in the working directory or installed"
            beside = Path("src", name.partition(".")[0])
            if beside.exists() or beside.with_suffix(".py").exists():
                advice += ", or set PYTHONPATH=src"
        else:
            said = str(exc).strip().partition("\n")[0]
            reason = f"{name} cannot be imported: {type(exc).__name__}: {said}".rstrip(": ")
            reason += f", in {_where(exc)}"
        raise InvalidSettings(written, f"{reason}; {advice}") from None


def _where(error: BaseException) -> str:
    """Return the file and the line of the user's code that raised an error."""
    frames = traceback.extract_tb(error.__traceback__)
    last = [each for each in frames if not each.filename.startswith("<frozen ")][-1]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    return f"{last.filename}, line {last.lineno}"
