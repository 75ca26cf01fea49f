from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.formats import reason

#: A format, a text that is not in it, what is wrong with that, and the text without the mistake.
MISTAKES = [
    ("date-time", "2026-01-02T03:04:05", "it has no time zone (RFC 3339: Z or +hh:mm)", "Z"),
    (
        "date-time",
        "2026-01-02 03:04:05Z",
        "it has a space in place of the T between date and time",
        "2026-01-02T03:04:05Z",
    ),
    (
        "date-time",
        "2026-01-02 03:04:05",
        (
            "it has a space in place of the T between date and time; "
            "it has no time zone (RFC 3339: Z or +hh:mm)"
        ),
        "2026-01-02T03:04:05Z",
    ),
    ("date-time", "2026-01-0203:04:05Z", "it has no T between date and time", ""),
    ("date-time", "2026-01-02", "it has no time", "T03:04:05Z"),
    ("date-time", "03:04:05Z", "it has no date", "2026-01-02T03:04:05Z"),
    (
        "date-time",
        "1767323045",
        "it is a number, not a date and a time such as 2020-01-31T12:00:00Z",
        "",
    ),
    ("date-time", "2026-13-02T03:04:05Z", "it has the month 13", "2026-12-02T03:04:05Z"),
    (
        "date-time",
        "2026-02-30T03:04:05Z",
        "it has the day 30, where 2026-02 has 28 days",
        "2026-02-28T03:04:05Z",
    ),
    ("date-time", "2026-01-02T24:00:00Z", "it has the hour 24", "2026-01-02T23:00:00Z"),
    ("date-time", "2026-01-02T03:60:00Z", "it has the minute 60", "2026-01-02T03:59:00Z"),
    ("date-time", "2026-01-02T03:04:61Z", "it has the second 61", "2026-01-02T03:04:59Z"),
    ("date-time", "2026-01-02T03:04Z", "it has no seconds", "2026-01-02T03:04:00Z"),
    (
        "date-time",
        "2026-01-02T03:04:05,5Z",
        "it has a comma in place of the point",
        "2026-01-02T03:04:05.5Z",
    ),
    (
        "date-time",
        "2026-01-02T03:04:05+0100",
        "it has the time zone +0100 (RFC 3339: Z or +hh:mm)",
        "2026-01-02T03:04:05+01:00",
    ),
    (
        "date-time",
        "2026-01-02T03:04:05+24:00",
        "it has the time zone +24:00, which is beyond 23:59",
        "2026-01-02T03:04:05+23:00",
    ),
    (
        "date-time",
        "2026-01-02T03:04:05 +01:00",
        "it has a space before its time zone",
        "2026-01-02T03:04:05+01:00",
    ),
    ("date-time", "tomorrow", "", ""),
    ("date-time", "", "it is empty", ""),
    ("date-time", " 2026-01-02T03:04:05Z", "it has white space around it", "2026-01-02T03:04:05Z"),
    ("date", "2026-01-02T03:04:05", "it has a time, which a date has not", "2026-01-02"),
    ("date", "2026-02-29", "it has the day 29, where 2026-02 has 28 days", "2026-02-28"),
    ("date", "2026-04-00", "it has the day 00, where 2026-04 has 30 days", "2026-04-30"),
    ("date", "02.01.2026", "it is not written as YYYY-MM-DD", "2026-01-02"),
    ("date", "20260102", "it is not written as YYYY-MM-DD", "2026-01-02"),
    ("date", "today", "", ""),
    ("time", "03:04:05", "it has no time zone (RFC 3339: Z or +hh:mm)", "Z"),
    ("time", "2026-01-02T03:04:05Z", "it has a date, which a time has not", "03:04:05Z"),
    ("time", "noon", "", ""),
    (
        "duration",
        "PT1.5S",
        "it has a fraction of a second, which RFC 3339 durations do not have",
        "PT1S",
    ),
    ("duration", "P0.5D", "it has a fraction, which RFC 3339 durations do not have", "P5D"),
    ("duration", "-P1D", "it is negative", "P1D"),
    ("duration", "+P1D", "it has a plus sign", "P1D"),
    ("duration", "P1W2D", "it has weeks beside other units", "P9D"),
    ("duration", "P", "it has no units", "1D"),
    ("duration", "P1DT", "it has nothing behind the T", "1H"),
    (
        "duration",
        "P1Y1D",
        "it has years and days without months between them",
        "P1Y0M1D",
    ),
    (
        "duration",
        "PT1H1S",
        "it has hours and seconds without minutes between them",
        "PT1H0M1S",
    ),
    ("duration", "1 day, 1:30:00", "it is not written as P1DT2H3M4S", "P1DT1H30M"),
    ("duration", "90", "it is a number, not a duration such as PT90S", "PT90S"),
    ("duration", "p1d", "it has lower-case letters", "P1D"),
    ("duration", "P1H", "it has no T before its hours, minutes and seconds", "PT1H"),
    ("duration", "soon", "", ""),
    ("uri", "orders.example/1", "it has no scheme such as https:", "https://orders.example/1"),
    ("uri", "https://orders.example/a b", "it has a space, which has to be %20", ""),
    (
        "uri",
        "https://orders.example/é",
        'it has the character "é", which has to be percent-encoded',
        "https://orders.example/%C3%A9",
    ),
    ("uri-reference", "a|b", 'it has the character "|", which has to be percent-encoded', ""),
    ("iri", "é", "it has no scheme such as https:", "https://é.example"),
    ("iri", "https://é.example/a b", "it has a space, which has to be %20", ""),
    ("iri-reference", "a b", "it has a space, which has to be %20", "a%20b"),
    ("uuid", "0" * 32, "it has no hyphens", "00000000-0000-0000-0000-000000000000"),
    ("uuid", "{0}", "it has braces", ""),
    ("uuid", "urn:uuid:00000000-0000-0000-0000-000000000000", "it begins with urn:uuid:", ""),
    ("uuid", "o-1", 'it has the character "o", which is no hexadecimal digit', ""),
    ("uuid", "0000-0000", "it has 8 hexadecimal digits, not 32", ""),
    (
        "uuid",
        "0000-" * 8,
        "it has its hyphens in other places than 8-4-4-4-12",
        "00000000-0000-0000-0000-000000000000",
    ),
    ("email", "ada", 'it has no "@"', "@orders.example"),
    ("email", "@orders.example", 'it has nothing before the "@"', "ada@orders.example"),
    ("email", "ada@", 'it has nothing behind the "@"', "orders.example"),
    ("email", "ada l@orders.example", "it has a space", "ada@orders.example"),
    ("email", "ada@@orders.example", "", ""),
    ("ipv4", "10.0.0.0/8", "it has a prefix length, which an address has not", "10.0.0.0"),
    ("ipv4", "10.0.0.1:80", "it has a port", "10.0.0.1"),
    ("ipv4", "10", "it has 1 number, not 4", ".0.0.1"),
    ("ipv4", "10.0.1", "it has 3 numbers, not 4", ".0"),
    ("ipv4", "10.0.0.256", "it has the number 256, which is greater than 255", "10.0.0.255"),
    ("ipv4", "10.0.0.01", "it has the number 01, which begins with 0", "10.0.0.1"),
    ("ipv4", "localhost", "", ""),
    ("ipv6", "::1/64", "it has a prefix length, which an address has not", "::1"),
    ("ipv6", "[::1]", "it has brackets", "::1"),
    ("ipv6", "fe80::1%eth0", "it has a zone", "fe80::1"),
    ("ipv6", "10.0.0.1", "it has no colons", "::1"),
    ("ipv6", "::x", "", ""),
    ("hostname", "https://orders.example", "it has a scheme", "orders.example"),
    ("hostname", "orders.example/1", "it has a path", "orders.example"),
    ("hostname", "orders.example:80", "it has a port", "orders.example"),
    ("hostname", "order_s.example", 'it has the character "_"', "orders.example"),
    ("hostname", "orders example", "it has a space", "orders.example"),
    ("hostname", "orders..example", "it has an empty part between its dots", "orders.example"),
    (
        "hostname",
        "-orders.example",
        "it has a part that begins or ends with a hyphen",
        "orders.example",
    ),
    ("hostname", "a" * 64, "it has a part of more than 63 characters", "a"),
    ("hostname", ".".join(["a" * 60] * 5), "it has more than 253 characters", "a"),
    ("hostname", "orders!", "", ""),
    ("json-pointer", "#/a", 'it begins with "#"', "/a"),
    ("json-pointer", "a", 'it does not begin with "/"', "/a"),
    ("json-pointer", "/~2", 'it has a "~" that is not ~0 or ~1', "/~1"),
    ("json-pointer", "/~0~2", 'it has a "~" that is not ~0 or ~1', "/~0~1"),
    ("regex", "(", "", "()"),
    ("date", "2026-01-02" * 200, "", "2026-01-02"),
]


def is_in(name: str, text: str) -> bool:
    engine = jsonschema_rs.validator_for({"format": name}, validate_formats=True)
    return bool(engine.is_valid(text))


@pytest.mark.parametrize(("name", "text", "said", "_"), MISTAKES)
def test_a_text_that_is_not_in_a_format_is_told_why(
    name: str, text: str, said: str, _: str
) -> None:
    assert not is_in(name, text)
    assert reason(name, text) == said


@pytest.mark.parametrize(("name", "text", "_", "better"), [each for each in MISTAKES if each[3]])
def test_without_the_mistake_the_text_is_in_the_format(
    name: str, text: str, _: str, better: str
) -> None:
    assert is_in(name, better) or is_in(name, text + better)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted({each[0] for each in MISTAKES})),
    text=st.text("0123456789-:TZPSDHM.+ /@#~%é", max_size=30) | st.text(max_size=10),
)
def test_a_reason_is_found_or_not_for_any_text(name: str, text: str) -> None:
    said = reason(name, text)
    assert said == "" or said.startswith("it ")


def test_a_text_without_a_usual_mistake_has_no_reason() -> None:
    assert reason("json-pointer", "/a") == ""


def test_the_message_ends_with_the_reason() -> None:
    with SchemaRegistry() as registry:
        (violation,) = registry.validate_payload({"format": "time"}, "03:04:05")[1]
    assert violation.message == (
        '"03:04:05" is not in the format time: it has no time zone (RFC 3339: Z or +hh:mm)'
    )


def test_of_a_hidden_text_no_reason_is_given() -> None:
    schema = {"properties": {"token": {"format": "uuid"}}}
    with SchemaRegistry(redact=["token"]) as registry:
        (violation,) = registry.validate_payload(schema, {"token": "s3cret"})[1]
    assert violation.message == '"<redacted>" is not in the format uuid'
