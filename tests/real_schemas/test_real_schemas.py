"""Published schemas of others: each is compiled, shown, recorded, replayed, compared, filled in.

`sources` says where each comes from, and under which licence; none is in the project. A source that
cannot be reached is skipped with the reason, and a run without any schema fails. The closing table
has the seconds of each step with each schema.

    tox -e real
    tox -e real -- tests/real_schemas -k "cyclonedx or fhir"
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_schema_registry import SchemaRegistry, SchemaRegistryError
from tests.parts import judge_of
from tests.real_schemas.fetched import RealSchema, examples, folder_of, schemas, why_missing
from tests.real_schemas.sources import SOURCES, Source
from tests.real_schemas.suites import Suites
from tests.real_schemas.table import MADE, SECONDS, STEP, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.real_schemas.suites import Outcome

SCHEMAS, EXAMPLES = schemas(), examples()
#: The most that `--registry-show` may print of one schema: lines, and characters.
SHOWN = 2_100, 400_000
EVERYTHING = (*STEPS, "example")
#: The number of payloads of each kind that are made of a schema.
PAYLOADS = 100
#: The number of violating payloads that are explained.
EXPLAINED = 5


class Known(NamedTuple):
    """Failures that have one reason; each must fail, and is taken out when it does not any more.

    Args:
        reason: Why they fail, and whose fault it is.
        steps: The steps that fail.
        names: The schemas, or single payloads.
    """

    reason: str
    steps: tuple[str, ...]
    names: tuple[str, ...]


KNOWN = (
    Known(
        'published with the key "type" twice in one object, which is refused',
        EVERYTHING,
        ("sentry/generic-events.v1",),
    ),
    Known(
        "refers to file://NAME, an address that only its publisher's own loader knows",
        ("compile", "record", "replay", "compare", "payloads", "example"),
        (
            "sentry/buffered-segments.v1",
            "sentry/ingest-spans.v1",
            "sentry/snuba-uptime-results.v1",
        ),
    ),
    Known(
        "refers to kubernetes-definitions.json, which is not published beside it",
        ("compile", "record", "replay", "compare", "payloads"),
        ("schemastore/drone-ci",),
    ),
    Known(
        'has "2018-04-25 20:42:10" where its schema says date-time',
        ("example",),
        (
            "webhooks/check_run$rerequested rerequested.payload",
            "webhooks/check_run$rerequested rerequested.with-organization.payload",
        ),
    ),
)
#: Schemas that few payloads conform to, or whose payloads differ in little.
FEW = frozenset(
    {
        "schemastore/github-issue-config",
        "schemastore/renovate",
        "cyclonedx/jsf-0.82.SNAPSHOT",
        "sentry/any",
        "sentry/monitors-clock-tick.v1",
    }
)


def each(step: str, cases: list[RealSchema]) -> pytest.MarkDecorator:
    """Parametrize a test with schemas; those that are known to fail must fail."""
    known = {name: each.reason for each in KNOWN if step in each.steps for name in each.names}

    def marks(case: RealSchema) -> list[pytest.MarkDecorator]:
        reason = known.get(str(case)) or known.get(case.full_name)
        raises = AssertionError, pytest.fail.Exception
        mark = pytest.mark.xfail(strict=True, raises=raises, reason=reason or "")
        return [mark] if reason else []

    return pytest.mark.parametrize(
        "case", [pytest.param(case, id=str(case), marks=marks(case)) for case in cases]
    )


@pytest.fixture(scope="session")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suites]:
    suites = Suites(tmp_path_factory.mktemp("real"))
    yield suites
    suites.close()


class Step:
    """One step with one schema, as the table has it."""

    def __init__(self, name: str, record_property: Callable[[str, object], None]) -> None:
        self._name = name
        self._record = record_property

    def begins(self, case: RealSchema) -> None:
        self._record(STEP, [self._name, case.source.name, str(case), case.file.stat().st_size])

    def took(self, seconds: float) -> None:
        self._record(SECONDS, seconds)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Take the time, and make an error a failure, which a test can be known for."""
        began = time.perf_counter()
        try:
            yield
        except SchemaRegistryError as exc:
            raise pytest.fail.Exception(str(exc), pytrace=False) from None
        finally:
            self.took(time.perf_counter() - began)


@pytest.fixture
def step(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Step:
    """The step that the test is named after."""
    step = Step(request.function.__name__.removeprefix("test_").partition("_")[0], record_property)
    step.begins(request.getfixturevalue("case"))
    return step


def passed(outcome: Outcome) -> None:
    """Fail with what the test of a session failed with."""
    if outcome.failure:
        pytest.fail(outcome.failure, pytrace=False)


def test_there_are_published_schemas() -> None:
    assert SCHEMAS, "no source was reached"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_source_is_reached(
    source: Source, record_property: Callable[[str, object], None]
) -> None:
    reason = why_missing(source)
    record_property(STEP, ["source", source.name, reason or str(source.origin), 0])
    if reason:
        pytest.skip(reason)


def test_what_is_known_to_fail_is_there() -> None:
    reached = tuple(f"{source.name}/" for source in SOURCES if folder_of(source))
    named = {name for known in KNOWN for name in known.names if name.startswith(reached)}
    assert named <= {*map(str, SCHEMAS), *map(str, EXAMPLES)}


@each("compile", SCHEMAS)
def test_compile(case: RealSchema, suites: Suites, step: Step) -> None:
    with SchemaRegistry(suites.of(case.source).registry) as registry, step.timed():
        registry.validate_payload(registry.get_schema(case.schema, "v1"), {})


@each("show", SCHEMAS)
def test_show(case: RealSchema, suites: Suites, step: Step) -> None:
    with step.timed():
        done = suites.of(case.source).show(case.schema)
    assert done.returncode == 0, done.stdout
    lines, characters = SHOWN
    assert len(done.stdout.splitlines()) < lines
    assert len(done.stdout) < characters


@each("record", SCHEMAS)
def test_record(case: RealSchema, suites: Suites, step: Step) -> None:
    recorded = suites.outcome("record", case)
    step.took(recorded.seconds)
    passed(recorded)


@each("replay", SCHEMAS)
def test_replay_without_a_network(
    case: RealSchema, suites: Suites, step: Step, cut_off: list[str]
) -> None:
    recorded = suites.outcome("record", case)
    replayed = suites.outcome("replay", case, cut_off)
    step.took(replayed.seconds)
    passed(replayed)
    assert replayed.conforms == recorded.conforms != ""


@each("compare", SCHEMAS)
def test_compare_with_one_optional_member_more(
    case: RealSchema, suites: Suites, step: Step
) -> None:
    compared = suites.outcome("compare", case)
    step.took(compared.seconds)
    passed(compared)


@each("payloads", SCHEMAS)
def test_payloads(
    case: RealSchema, suites: Suites, step: Step, record_property: Callable[[str, object], None]
) -> None:
    registry = suites.held_open(case.source)
    with step.timed():
        schema = registry.get_schema(case.schema, "v1")
        conforming = judge_of(registry).conforming_payloads(schema, PAYLOADS)
        violating = judge_of(registry).violating_payloads(schema, PAYLOADS)
    record_property(MADE, [len(conforming), len(violating)])
    is_valid = judge_of(registry).validator(schema).is_valid
    assert all(map(is_valid, conforming))
    # To explain some of them takes seconds.
    assert not any(is_valid(each.payload) for each in violating[:EXPLAINED])
    assert len(conforming) == PAYLOADS or case.full_name in FEW
    assert violating or case.full_name in FEW


@each("example", EXAMPLES)
def test_example_conforms(case: RealSchema, suites: Suites, step: Step) -> None:
    registry, payload = suites.held_open(case.source), json.loads(case.file.read_bytes())
    with step.timed():
        verdict = registry.validate_payload(registry.get_schema(case.schema, "v1"), payload)
    assert verdict, [str(error) for error in verdict.errors]
