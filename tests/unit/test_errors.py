from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from inspect import cleandoc, getmembers, isclass

import pytest

import pytest_schema_registry
from pytest_schema_registry import errors
from pytest_schema_registry.errors import (
    CacheLocked,
    CacheWarning,
    CassetteDamaged,
    CassetteMissing,
    CassetteNotWritten,
    CompatibilityWarning,
    ContractViolation,
    ContractWarning,
    DeprecatedSchemaWarning,
    IncompatibleSchemas,
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    NothingChecked,
    PayloadNotJSON,
    RegistryRefused,
    RegistryUnavailable,
    SchemaDeprecated,
    SchemaNotFound,
    SchemaRegistryError,
    SchemaRegistryWarning,
    StaleSchemaWarning,
    UncheckedWarning,
    UnsupportedPattern,
    UnsupportedSchemaType,
    WrongSchemaId,
)
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schemas import Schema, Violation

URL = "http://registry.example/schemas/v1/a.B"
CASSETTE = "cassettes/v1/a.B.yaml"
ADDRESS = (
    "give the registry's address (--registry-url, SCHEMA_REGISTRY_URL, or registry_url in the ini "
    "file), or record it: "
)
RECORD = "pytest --registry-mode record"

SCHEMA = Schema(
    name="a.B",
    version="v1",
    release="1.0",
    published=Content.of(True),
    token="0",
    deprecated=False,
    deprecation_note=None,
    source="registry",
    fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    url=URL,
)
CAUSE = Violation("$.id", "#/anyOf/0/type", "type", 1, "1 is an integer, not a string")
REPORT = compare({"maximum": 9}, {"maximum": 5})
VIOLATION = Violation("$", "#/anyOf", "anyOf", {"id": 1}, "it is none of them", (CAUSE,))

TEXTS: list[tuple[Exception, str]] = [
    (InvalidSettings("--registry-mode", "unknown mode"), "--registry-mode: unknown mode"),
    (
        RegistryUnavailable(URL, "timed out"),
        f"""
        the registry did not answer: timed out
          asked: {URL}
          next: check --registry-url and the network; --registry-offline replays what was recorded
        """,
    ),
    (
        RegistryUnavailable(URL, "timed out", True, ("the cache: no entry", "cassette x: none")),
        f"""
        the registry did not answer: timed out
          asked: {URL}
          then tried: the cache: no entry
          then tried: cassette x: none
          next: check --registry-url and the network; --registry-offline replays what was recorded
        """,
    ),
    (
        RegistryUnavailable(
            URL, "it answered 500", tried=("cassette x: no recording of a.B v1",), status=500
        ),
        f"""
        the registry failed: it answered 500
          asked: {URL}
          then tried: cassette x: no recording of a.B v1
          next: look at the registry's own log
        """,
    ),
    (
        RegistryUnavailable(URL, "it answered 429 Too Many Requests", status=429),
        f"""
        the registry gave no schema: it answered 429 Too Many Requests
          asked: {URL}
          next: check --registry-url and the network; --registry-offline replays what was recorded
        """,
    ),
    (
        RegistryRefused(URL, 401, "who are you?", False, "SCHEMA_REGISTRY_TOKEN"),
        f"""
        the registry refused the request with status 401
          asked: {URL}
          it said: who are you?
          next: set SCHEMA_REGISTRY_TOKEN
        """,
    ),
    (
        RegistryRefused(URL, 403, "", True, "SCHEMA_REGISTRY_TOKEN"),
        f"""
        the registry refused the request with status 403
          asked: {URL}
          next: check that SCHEMA_REGISTRY_TOKEN may read this schema
        """,
    ),
    (
        RegistryRefused(URL, 418, "teapot", True, "SCHEMA_REGISTRY_TOKEN"),
        f"""
        the registry refused the request with status 418
          asked: {URL}
          it said: teapot
          next: check --registry-url, it may not be a schema registry's address
        """,
    ),
    (
        InvalidAnswer(URL, "the answer has no 'content'"),
        f"""
        the registry's answer cannot be used: the answer has no 'content'
          asked: {URL}
          next: open that address yourself; the documentation's page 'Registries' shows what is \
expected there
        """,
    ),
    (
        SchemaNotFound("a.B", "v1", None, f"registry {URL}", "check the name"),
        f"""
        no schema a.B in v1
          according to: registry {URL}
          next: check the name
        """,
    ),
    (
        SchemaNotFound("a.B", "v1", "1.0", f"registry {URL}", "check the name"),
        f"""
        no schema a.B in v1 in release 1.0
          according to: registry {URL}
          next: check the name
        """,
    ),
    (
        InvalidSchema("a.B v1", "#/type", "'strin' is no type", f"registry {URL}"),
        f"""
        a.B v1: the schema is itself wrong: 'strin' is no type
          at: #/type
          from: registry {URL}
          next: publish a corrected schema; nothing can be checked against this one
        """,
    ),
    (
        CassetteMissing(CASSETTE, "a.B v1", RECORD),
        f"""
        no recording of a.B v1
          cassette: {CASSETTE}
          next: record it where the registry can be reached: {RECORD}
        """,
    ),
    (
        CassetteMissing(CASSETTE, "a.B v1", RECORD, True),
        f"""
        no registry is configured, so only cassettes are read; there is no recording of a.B v1
          cassette: {CASSETTE}
          next: {ADDRESS}{RECORD}
        """,
    ),
    (
        CassetteMissing(CASSETTE, "a.B v1", RECORD, beside=True),
        f"""
        no recording of a.B v1
          cassette: {CASSETTE}
          next: leave --registry-offline out: a directory needs no network; or record it: {RECORD}
        """,
    ),
    (
        CassetteDamaged(CASSETTE, "its end is missing", RECORD),
        f"""
        the cassette cannot be used: its end is missing
          cassette: {CASSETTE}
          next: restore it from version control, or record it anew: {RECORD}
        """,
    ),
    (
        CassetteNotWritten(CASSETTE, "Permission denied"),
        f"""
        the cassette cannot be written: Permission denied
          cassette: {CASSETTE}
          next: make the directory writable, or choose another --registry-cassettes
        """,
    ),
    (
        CacheLocked("cache/0.lock", 35.0),
        """
        another process has held a cache lock for more than 35 s
          lock file: cache/0.lock
          next: find the process that holds it, raise --registry-timeout, \
or choose another --registry-cache-dir
        """,
    ),
    (
        PayloadNotJSON("$.at", "datetime(…)", "pass a string"),
        """
        the payload is not JSON at $.at: datetime(…)
          next: pass a string
        """,
    ),
    (
        NothingChecked("assert_conforms"),
        """
        the test asked for assert_conforms and has checked nothing
          next: is what it loops over empty? Check something, skip the test, \
or take assert_conforms out of its arguments
        """,
    ),
    (
        NothingChecked("conforming_payloads", "<0 payloads for orders.Order v1: why>"),
        """
        conforming_payloads gave the test no payload, so nothing was checked
          <0 payloads for orders.Order v1: why>
          next: correct the schema; or if there should be none, have the test look at the .reason \
of what it got
        """,
    ),
    (
        WrongSchemaId(
            "orders-value latest release 7", "orders-value", "12", ("customers-value version 1",)
        ),
        """
        the payload was not written for orders-value latest release 7: its id 12 is that of \
customers-value version 1
          expected: the id of a version of orders-value
          next: check the topic and the subject that the producer's serializer is set to
        """,
    ),
    (
        WrongSchemaId("orders-value latest", "orders-value", "12"),
        """
        the payload was not written for orders-value latest: its id 12 is that of no schema of \
the registry
          expected: the id of a version of orders-value
          next: check the topic and the subject that the producer's serializer is set to
        """,
    ),
    (
        WrongSchemaId("orders-value latest", "orders-value", "12", tuple("abcdefg")),
        """
        the payload was not written for orders-value latest: its id 12 is that of a, b, c, d, e \
and 2 more
          expected: the id of a version of orders-value
          next: check the topic and the subject that the producer's serializer is set to
        """,
    ),
    (
        UnsupportedPattern(
            "a.B v1",
            "#/pattern",
            r"\Z",
            "directory schemas/v1/a.B.json",
            "write $ instead",
            r"^a\Z",
        ),
        r"""
        a.B v1: this engine does not support \Z in a pattern
          pattern: ^a\Z
          at: #/pattern
          from: directory schemas/v1/a.B.json
          next: write $ instead
        """,
    ),
    (
        UnsupportedSchemaType("orders-value latest release 7", "AVRO", f"registry {URL}"),
        f"""
        orders-value latest release 7 is an Avro schema; what checks Avro is not installed
          from: registry {URL}
          next: pip install 'pytest-schema-registry[avro]'
        """,
    ),
    (
        UnsupportedSchemaType("orders-value latest release 7", "THRIFT", f"registry {URL}"),
        f"""
        orders-value latest release 7 is a THRIFT schema; only JSON Schema and Avro are checked
          from: registry {URL}
          next: leave it out of the contract tests, or publish a JSON Schema
        """,
    ),
    (
        SchemaDeprecated("a.B v1 release 1.0", "use a.C", f"registry {URL}"),
        f"""
        a.B v1 release 1.0 is deprecated: use a.C
          from: registry {URL}
          next: move the test to a schema that is not, or leave --registry-fail-on-deprecated out
        """,
    ),
    (
        SchemaDeprecated("a.B v1", None, f"registry {URL}"),
        f"""
        a.B v1 is deprecated
          from: registry {URL}
          next: move the test to a schema that is not, or leave --registry-fail-on-deprecated out
        """,
    ),
    (ContractViolation("it breaks", SCHEMA, {"id": 1}, (VIOLATION,)), "it breaks"),
    (SchemaRegistryWarning("a word"), "a word"),
    (ContractWarning("not enforced"), "not enforced"),
    (DeprecatedSchemaWarning("a.B is deprecated"), "a.B is deprecated"),
    (StaleSchemaWarning("a.B is old"), "a.B is old"),
    (UncheckedWarning("a.B asserts nothing"), "a.B asserts nothing"),
    (IncompatibleSchemas("it breaks", REPORT), "it breaks"),
    (CompatibilityWarning("it disagrees"), "it disagrees"),
    (CacheWarning("no cache"), "no cache"),
]
EVERY = pytest.mark.parametrize("error", [error for error, _ in TEXTS])


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_an_error_says_what_is_wrong_where_and_what_to_do_next(error: Exception, text: str) -> None:
    assert str(error) == cleandoc(text)


def test_every_exception_of_the_module_is_looked_at_here() -> None:
    defined = {kind for _, kind in getmembers(errors, isclass) if issubclass(kind, BaseException)}
    assert defined - {type(error) for error, _ in TEXTS} == {SchemaRegistryError}


@EVERY
def test_an_exception_pickles_with_its_text_and_its_facts(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@EVERY
def test_a_traceback_names_an_exception_as_users_import_it(error: Exception) -> None:
    kind = type(error)
    assert f"{kind.__module__}.{kind.__name__}" == f"pytest_schema_registry.{kind.__name__}"
    assert getattr(pytest_schema_registry, kind.__name__) is kind


@EVERY
def test_a_copy_of_an_exception_has_its_text_and_its_facts(error: Exception) -> None:
    again = copy.copy(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    drawn: dict[str, str] = {}
    bases: dict[int, str] = {}
    assert errors.__doc__ is not None
    for line in errors.__doc__.split("\n\n")[1].splitlines():
        name = line.lstrip(" ├└─│").split()[0]
        depth = line.index(name)
        bases[depth] = name
        if depth > 4:
            drawn[name] = bases[depth - 4]
    kinds = {type(error) for error, _ in TEXTS} | {SchemaRegistryError}
    assert drawn == {kind.__name__: kind.__bases__[0].__name__ for kind in kinds}


@pytest.mark.parametrize("error", [e for e, _ in TEXTS if isinstance(e, SchemaRegistryError)])
def test_the_headline_is_the_first_line(error: SchemaRegistryError) -> None:
    assert error.headline == str(error).splitlines()[0]


def test_a_broken_contract_is_a_failure_and_not_an_error() -> None:
    assert issubclass(ContractViolation, AssertionError)
    assert not issubclass(ContractViolation, SchemaRegistryError)
    assert not issubclass(SchemaRegistryError, AssertionError)


def test_a_list_of_what_was_tried_becomes_a_tuple_as_it_was_before_it_was_json() -> None:
    error = RegistryUnavailable(URL, "timed out", False, ["the cache"])  # type: ignore[arg-type]
    assert error.tried == ("the cache",)


def test_no_text_of_ours_is_obeyed_by_a_terminal_or_a_ci_system() -> None:
    said = "a\x1b[2J\n ::add-mask::b"
    shown = "a\\x1b[2J\n \\::add-mask::b"
    assert str(SchemaRegistryError(said)) == shown
    assert str(SchemaRegistryWarning(said)) == shown
    assert shown in str(InvalidSettings("--x", said))
