"""The reasons why a text is not in a format, for the mistakes that are usual.

The engine alone says whether a text is in a format. A reason names what the format's own rules
forbid in the text; where the mistake is an unusual one there is none.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING

from pytest_schema_registry.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The longest text that is looked at.
_MAX_LENGTH = 1_000
_DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(?P<fraction>[.,]\d+)?)?"
    r" ?(?P<zone>[Zz]|[+-]\d\d(:?\d\d)?|[A-Z]{3,4})?"
)
_IS_DATE = re.compile(_DATE, re.ASCII)
_IS_TIME = re.compile(_TIME, re.ASCII)
_IS_DATE_TIME = re.compile(rf"{_DATE}(?P<between>[Tt ]|)({_TIME})?", re.ASCII)
_OTHER_DATE = re.compile(
    r"\d{8}|\d{4}-\d{1,2}-\d{1,2}|\d{4}([/.])\d{1,2}\1\d{1,2}|\d{1,2}([/.-])\d{1,2}\2\d{4}",
    re.ASCII,
)
_DURATION = re.compile(
    r"(?P<sign>[+-])?P((?P<Y>[\d.,]+)Y)?((?P<Mo>[\d.,]+)M)?((?P<W>[\d.,]+)W)?((?P<D>[\d.,]+)D)?"
    r"(?P<T>T((?P<H>[\d.,]+)H)?((?P<M>[\d.,]+)M)?((?P<S>[\d.,]+)S)?)?",
    re.ASCII,
)
_UNITS = ("Y", "Mo", "W", "D", "H", "M", "S")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]*", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)


def reason(name: str, text: str) -> str:
    """Return what is wrong with a text that is not in a format, as ``it has no time zone``.

    Args:
        name: The format.
        text: A text that the engine refused.
    """
    look = _LOOKS.get(name)
    if look is None or len(text) > _MAX_LENGTH:
        return ""
    if not text:
        return "it is empty"
    if text != text.strip():
        return "it has white space around it"
    faults = list(dict.fromkeys(look(text)))
    return "; ".join(f"it {each}" for each in faults)


def _date_time(text: str) -> Iterator[str]:
    if _NUMBER.fullmatch(text):
        yield "is a number, not a date and a time such as 2020-01-31T12:00:00Z"
        return
    found = _IS_DATE_TIME.fullmatch(text)
    if found is None:
        if _IS_TIME.fullmatch(text):
            yield "has no date"
        return
    yield from _calendar(found)
    if found["hour"] is None:
        yield "has no time"
        return
    if found["between"] == " ":
        yield "has a space in place of the T between date and time"
    elif not found["between"]:
        yield "has no T between date and time"
    yield from _clock(found)


def _date(text: str) -> Iterator[str]:
    found = _IS_DATE_TIME.fullmatch(text)
    if found is None:
        if _OTHER_DATE.fullmatch(text):
            yield "is not written as YYYY-MM-DD"
        return
    if found["hour"] is not None:
        yield "has a time, which a date has not"
    yield from _calendar(found)


def _time(text: str) -> Iterator[str]:
    if found := _IS_TIME.fullmatch(text):
        yield from _clock(found)
    elif _IS_DATE_TIME.fullmatch(text):
        yield "has a date, which a time has not"


def _calendar(found: re.Match[str]) -> Iterator[str]:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if not 1 <= month <= 12:
        yield f"has the month {found['month']}"
        return
    days = calendar.monthrange(year or 4, month)[1]
    if not 1 <= day <= days:
        yield f"has the day {found['day']}, where {found['year']}-{found['month']} has {days} days"


def _clock(found: re.Match[str]) -> Iterator[str]:
    if int(found["hour"]) > 23:
        yield f"has the hour {found['hour']}"
    if int(found["minute"]) > 59:
        yield f"has the minute {found['minute']}"
    if found["second"] is None:
        yield "has no seconds"
    elif int(found["second"]) > 60:
        yield f"has the second {found['second']}"
    elif found["fraction"] and found["fraction"].startswith(","):
        yield "has a comma in place of the point"
    zone = found["zone"]
    if zone is None:
        yield "has no time zone (RFC 3339: Z or +hh:mm)"
    elif zone.upper() != "Z" and not re.fullmatch(r"[+-]\d\d:\d\d", zone):
        yield f"has the time zone {zone} (RFC 3339: Z or +hh:mm)"
    elif zone.upper() != "Z" and (int(zone[1:3]) > 23 or int(zone[4:]) > 59):
        yield f"has the time zone {zone}, which is beyond 23:59"
    elif f" {zone}" in found[0]:
        yield "has a space before its time zone"


def _duration(text: str) -> Iterator[str]:
    if re.fullmatch(r"([+-]?\d+ days?, )?[+-]?\d+:\d\d(:\d\d(\.\d+)?)?", text, re.ASCII):
        yield "is not written as P1DT2H3M4S"
        return
    if _NUMBER.fullmatch(text):
        yield "is a number, not a duration such as PT90S"
        return
    found = _DURATION.fullmatch(text)
    if found is not None:
        yield from _units(found)
    elif text != text.upper() and _DURATION.fullmatch(text.upper()):
        yield "has lower-case letters"
    elif re.search(r"^[^T]*\d[HS]", text):
        yield "has no T before its hours, minutes and seconds"


def _units(found: re.Match[str]) -> Iterator[str]:
    if found["sign"]:
        yield "is negative" if found["sign"] == "-" else "has a plus sign"
    fractions = [unit for unit in _UNITS if found[unit] and not found[unit].isdecimal()]
    if fractions:
        what = "a fraction of a second" if fractions == ["S"] else "a fraction"
        yield f"has {what}, which RFC 3339 durations do not have"
    date = "".join(filter(found.group, ("Y", "Mo", "D")))
    time = "".join(filter(found.group, ("H", "M", "S")))
    if found["W"] and (date or found["T"]):
        yield "has weeks beside other units"
    if not (date or found["W"] or found["T"]):
        yield "has no units"
    if found["T"] == "T":
        yield "has nothing behind the T"
    if date == "YD":
        yield "has years and days without months between them"
    if time == "HS":
        yield "has hours and seconds without minutes between them"


def _uri(text: str) -> Iterator[str]:
    if not _SCHEME.match(text):
        yield "has no scheme such as https:"
    yield from _uri_characters(text)


def _iri(text: str) -> Iterator[str]:
    if not _SCHEME.match(text):
        yield "has no scheme such as https:"
    yield from _iri_characters(text)


def _uri_characters(text: str) -> Iterator[str]:
    yield from _iri_characters(text)
    if not text.isascii():
        other = next(each for each in text if not each.isascii())
        yield f"has the character {shown(other)}, which has to be percent-encoded"


def _iri_characters(text: str) -> Iterator[str]:
    if " " in text:
        yield "has a space, which has to be %20"
    for each in '"<>\\^`{|}':
        if each in text:
            yield f"has the character {shown(each)}, which has to be percent-encoded"
            return


def _uuid(text: str) -> Iterator[str]:
    if text.startswith("{"):
        yield "has braces"
    elif text.lower().startswith("urn:uuid:"):
        yield "begins with urn:uuid:"
    elif len(text) == 32 and _HEX.fullmatch(text):
        yield "has no hyphens"
    elif not _HEX.fullmatch(digits := text.replace("-", "")):
        other = next(each for each in digits if not _HEX.fullmatch(each))
        yield f"has the character {shown(other)}, which is no hexadecimal digit"
    elif len(digits) != 32:
        yield f"has {len(digits)} hexadecimal digits, not 32"
    else:
        yield "has its hyphens in other places than 8-4-4-4-12"


def _email(text: str) -> Iterator[str]:
    if "@" not in text:
        yield 'has no "@"'
    elif text.startswith("@"):
        yield 'has nothing before the "@"'
    elif text.endswith("@"):
        yield 'has nothing behind the "@"'
    elif " " in text and '"' not in text:
        yield "has a space"


def _ipv4(text: str) -> Iterator[str]:
    address, slash, _ = text.partition("/")
    if slash:
        yield "has a prefix length, which an address has not"
        return
    address, colon, port = text.partition(":")
    if colon and port.isdecimal():
        yield "has a port"
        return
    parts = address.split(".")
    if not all(each.isascii() and each.isdecimal() for each in parts):
        return
    if len(parts) != 4:
        yield f"has {len(parts)} number{'' if len(parts) == 1 else 's'}, not 4"
    for each in parts:
        if len(each) > 1 and each.startswith("0"):
            yield f"has the number {each}, which begins with 0"
        elif int(each) > 255:
            yield f"has the number {each}, which is greater than 255"


def _ipv6(text: str) -> Iterator[str]:
    if "/" in text:
        yield "has a prefix length, which an address has not"
    elif text.startswith("["):
        yield "has brackets"
    elif "%" in text:
        yield "has a zone"
    elif ":" not in text:
        yield "has no colons"


def _hostname(text: str) -> Iterator[str]:
    if "://" in text:
        yield "has a scheme"
    elif "/" in text:
        yield "has a path"
    elif re.fullmatch(r"[^:]+:\d+", text):
        yield "has a port"
    elif "_" in text:
        yield 'has the character "_"'
    elif " " in text:
        yield "has a space"
    elif any(not label for label in text.removesuffix(".").split(".")):
        yield "has an empty part between its dots"
    elif any(label.startswith("-") or label.endswith("-") for label in text.split(".")):
        yield "has a part that begins or ends with a hyphen"
    elif any(len(label) > 63 for label in text.split(".")):
        yield "has a part of more than 63 characters"
    elif len(text) > 253:
        yield "has more than 253 characters"


def _json_pointer(text: str) -> Iterator[str]:
    if text.startswith("#"):
        yield 'begins with "#"'
    elif not text.startswith("/"):
        yield 'does not begin with "/"'
    elif re.search("~(?![01])", text):
        yield 'has a "~" that is not ~0 or ~1'


_LOOKS: dict[str, Callable[[str], Iterator[str]]] = {
    "date-time": _date_time,
    "date": _date,
    "time": _time,
    "duration": _duration,
    "uri": _uri,
    "uri-reference": _uri_characters,
    "iri": _iri,
    "iri-reference": _iri_characters,
    "uuid": _uuid,
    "email": _email,
    "idn-email": _email,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "hostname": _hostname,
    "json-pointer": _json_pointer,
}
