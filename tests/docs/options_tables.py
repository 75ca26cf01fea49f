"""The tables of docs/options.md: ``python -m tests.docs.options_tables`` writes them anew."""

from __future__ import annotations

from pytest_schema_registry.settings import OPTIONS, Option
from tests.docs.pages import ROOT, page

BEGIN, END = "<!-- options -->\n", "<!-- /options -->"
PAGE = page("options")
#: The heading of a table -> the name of its first option. The order is that of the code.
GROUPS = {
    "The registry": "url",
    "Cassettes, cache and network": "cassettes",
    "Checks": "max-schema-size",
    "Rollout": "enforcement",
    "Reports and gates": "report",
    "Drift": "drift",
    "Compatibility": "compatibility",
}


def tables() -> str:
    headings = {first: heading for heading, first in GROUPS.items()}
    lines = []
    for option in OPTIONS:
        if option.name in headings:
            lines += ["", f"## {headings[option.name]}", ""]
            lines += ["| option | default | meaning |", "|---|---|---|"]
        lines.append(_row(option))
    return "\n".join([*lines[1:], "", ""])


def _row(option: Option) -> str:
    value = "" if option.is_switch else f" {option.metavar}"
    flag = f"{option.flag}{value}".replace("|", r"\|")
    in_words = option.default == "none" or " " in option.default
    default = option.default if in_words else f"`{option.default}`"
    names = "<br>".join(f"`{name}`" for name in (flag, option.variable, option.ini))
    meaning = option.help.replace("|", r"\|")
    return f"| {names} | {default} | {meaning} |"


def with_tables(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


if __name__ == "__main__":
    (ROOT / PAGE.path).write_text(with_tables(PAGE.text), encoding="utf-8")
