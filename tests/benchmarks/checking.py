"""What a check costs, measured inside a session with the fixtures that a user's test gets."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema
import jsonschema_rs
from jsonschema.validators import validator_for

from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType
from tests.benchmarks.measure import Row, each_of, interleaved, per_call
from tests.benchmarks.samples import (
    EVENT,
    EVENT_SCHEMA,
    event,
    payload,
    referring_schema,
    schema,
    size,
)
from tests.benchmarks.sessions import session
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_schema_registry import AssertConforms, SchemaRegistry

LARGE = "warehouse.Large"
REFERRING = "warehouse.Referring"
ROUNDS_OF_FIRST_USES = 7
FIRST_USES = 3  # in a measurement, for one alone is short
RESULTS = "rows.json"
TESTS = """
from pathlib import Path
from tests.benchmarks.checking import measured

def test_measure(assert_conforms, schema_registry):
    measured(assert_conforms, schema_registry, Path.cwd(), short={short})
"""
COUNTED = """
import pytest
from pytest_schema_registry.schema_types.json_schema import validation

compiled = []
make = validation.jsonschema_rs.validator_for

def counting(*arguments, **options):
    compiled.append(1)
    return make(*arguments, **options)

@pytest.fixture(scope="session", autouse=True)
def count():
    validation.jsonschema_rs.validator_for = counting
    yield
    with open("compiled.txt", "w") as file:
        file.write(str(len(compiled)))
"""
COUNTED_TESTS = """
import pytest
from tests.benchmarks.samples import EVENT, event

@pytest.mark.parametrize("name", [EVENT, "telemetry.Twin"])
@pytest.mark.parametrize("number", range(100))
def test(assert_conforms, name, number):
    assert_conforms(event(), name)
"""


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row groups 1 to 3.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    registry = directory / "registry"
    registry.joinpath("v1").mkdir(parents=True)
    contents = {EVENT: EVENT_SCHEMA, "telemetry.Twin": EVENT_SCHEMA, LARGE: schema()}
    for place in range(FIRST_USES * (ROUNDS_OF_FIRST_USES + 1)):
        contents[f"first.Event{place}"] = {**EVENT_SCHEMA, "title": f"Event {place}"}
        contents[f"first.Large{place}"] = schema(place + 1)
    contents[REFERRING] = referring_schema()
    for name, content in contents.items():
        registry.joinpath("v1", f"{name}.json").write_text(json.dumps(content))
    options = (f"--registry-url={registry}", "--registry-versions=v1")

    measuring = directory / "measuring"
    measuring.mkdir()
    measuring.joinpath("test_measure.py").write_text(TESTS.format(short=short))
    session(measuring, *options, outcome="1 passed")
    found = [Row(**row) for row in json.loads(measuring.joinpath(RESULTS).read_text())]

    counting = directory / "counting"
    counting.mkdir()
    counting.joinpath("conftest.py").write_text(COUNTED)
    counting.joinpath("test_counted.py").write_text(COUNTED_TESTS)
    session(counting, *options, outcome="200 passed")
    compiled = int(counting.joinpath("compiled.txt").read_text())
    what = "compilations in 200 tests of two names with one digest"
    return [*found, Row(3, what, [compiled], "", at_most=1)]


def measured(
    assert_conforms: AssertConforms, registry: SchemaRegistry, directory: Path, *, short: bool
) -> None:
    """Measure with a session's fixtures, and leave the rows in a file of the directory."""
    rounds = 3 if short else 25
    batch = 0.001 if short else 0.005
    found = [
        *_valid(
            1,
            "valid event of 6 fields",
            lambda value: assert_conforms(value, EVENT),
            EVENT_SCHEMA,
            event(),
            rounds=rounds,
            batch=batch,
            targets={"jsonschema, prebuilt": 20, "jsonschema.validate": 400},
            limit=20,
        ),
        *_valid(
            2,
            f"valid payload of {size(payload()) / 1000:.0f} KB, "
            f"schema of {size(schema()) / 1000:.0f} KB",
            lambda value: assert_conforms(value, LARGE),
            schema(),
            payload(),
            rounds=rounds,
            batch=batch,
            targets={"jsonschema, prebuilt": 20},
        ),
        *(
            row
            for name, content in (("first.Event", EVENT_SCHEMA), ("first.Large", schema()))
            for row in _first_use(registry, name, content, 2 if short else ROUNDS_OF_FIRST_USES)
        ),
        *_first_use_of_references(registry, 2 if short else ROUNDS_OF_FIRST_USES),
    ]
    directory.joinpath(RESULTS).write_text(json.dumps([asdict(row) for row in found]))


def _valid(
    group: int,
    what: str,
    check: Callable[[Any], Any],
    content: dict[str, Any],
    value: dict[str, Any],
    *,
    rounds: int,
    batch: float,
    targets: Mapping[str, float],
    limit: float | None = None,
) -> list[Row]:
    assert check(value) == value
    prebuilt = jsonschema.Draft202012Validator(content)
    bare = jsonschema_rs.validator_for(content, offline=True, validate_formats=True)
    assert not list(prebuilt.iter_errors(value))
    assert bare.is_valid(value)
    peers: dict[str, Callable[[], object]] = {
        "jsonschema, prebuilt": lambda: list(prebuilt.iter_errors(value)),
        "bare jsonschema-rs": lambda: bare.is_valid(value),
    }
    if "jsonschema.validate" in targets:
        peers["jsonschema.validate"] = lambda: jsonschema.validate(value, content)
    if find_spec("fastjsonschema"):
        # It knows drafts up to 7; these schemas mean the same there.
        generated = import_module("fastjsonschema").compile(
            {**content, "$schema": "http://json-schema.org/draft-07/schema#"}
        )
        peers["fastjsonschema, prebuilt"] = lambda: generated(value)
    ours = "assert_conforms"
    contenders = {ours: per_call(lambda: check(value), batch)}
    contenders |= {name: per_call(work, batch) for name, work in peers.items()}
    timings = interleaved(contenders, rounds)
    return [
        Row(group, f"{what}: {ours}", timings.scaled(ours, 1e6), "us", at_most=limit),
        *(
            Row(group, f"  {name} / {ours}", timings.ratios(name, ours), at_least=targets.get(name))
            for name in peers
        ),
    ]


def _first_use(
    registry: SchemaRegistry, name: str, content: dict[str, Any], rounds: int
) -> list[Row]:
    uses = FIRST_USES * (rounds + 1)
    schemas = [registry.get_schema(f"{name}{place}", "v1") for place in range(uses)]
    unused, contents = iter(schemas), iter([each.content for each in schemas])

    def by_jsonschema() -> None:
        new = next(contents)
        kind = validator_for(new, default=jsonschema.Draft202012Validator)
        kind.check_schema(new)
        kind(new)

    ours, theirs = "compile", "jsonschema, check_schema and construct"
    contenders = {
        ours: each_of(FIRST_USES, lambda: judge_of(registry).validator(next(unused))),
        theirs: each_of(FIRST_USES, by_jsonschema),
    }
    what = f"a schema of {size(content) / 1000:.1f} KB"
    timings = interleaved(contenders, rounds)
    return [
        Row(3, f"first use of {what}: {ours}", timings.scaled(ours, 1e3), "ms"),
        Row(3, f"  {theirs} / {ours}", timings.ratios(theirs, ours), at_least=50),
    ]


def _first_use_of_references(registry: SchemaRegistry, rounds: int) -> list[Row]:
    referring, language = registry.get_schema(REFERRING, "v1"), JSONSchemaType()
    content = referring.content

    def never_called(reference: object) -> NoReturn:
        raise AssertionError(f"{reference} leads out of the schema")

    def by_plugin() -> None:
        assert language.compile(referring, never_called).is_valid({})

    def by_engine() -> None:
        assert jsonschema_rs.validator_for(content).is_valid({})

    ours, theirs = "compile and check", "jsonschema-rs"
    contenders = {ours: each_of(1, by_plugin), theirs: each_of(1, by_engine)}
    timings = interleaved(contenders, rounds)
    what = f"a schema of {referring.text.count('$ref'):,} references"
    return [
        Row(3, f"first use of {what}: {ours}", timings.scaled(ours, 1e3), "ms"),
        Row(3, f"  {ours} / {theirs}", timings.ratios(ours, theirs), at_most=3),
    ]
