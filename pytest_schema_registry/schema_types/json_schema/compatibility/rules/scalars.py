"""Rules for types, listed values, numbers and texts (validation, sections 6.1 to 6.3 and 7)."""

from collections.abc import Iterator

from pytest_schema_registry.compatibility.wording import GONE, brief, contrast, listed
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    Bound,
    declared_types,
    finite,
    is_multiple,
    largest,
    lower,
    smallest,
    types,
    upper,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding, Site
from pytest_schema_registry.schema_types.json_schema.compatibility.place import collect
from pytest_schema_registry.schema_types.json_schema.compatibility.values import missing, type_of
from pytest_schema_registry.schema_types.json_schema.document import Part, Place


def type_narrowed(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find types that the producer may emit and the consumer does not allow."""
    values = finite(producer)
    allowed = types(producer)
    for part, wanted in collect(consumer, "type"):
        if not allowed - declared_types(wanted):
            continue
        sites = [Site.of(other, "type") for other, _ in collect(producer, "type")]
        before = type_names(sites[-1].value) if sites else "any type"
        yield Finding(
            "type-narrowed",
            sites[-1] if sites else None,
            Site.of(part, "type"),
            f"{before} -> {type_names(wanted)}",
            probes=tuple(value for value in values or () if type_of(value) in allowed),
        )


def values_removed(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find listed values that are gone, and lists that appear where there was none."""
    before = finite(producer)
    origin = listing(producer)
    for part in consumer:
        for keyword, rule in (("enum", "enum-value-removed"), ("const", "const-changed")):
            if not isinstance(part.schema, dict) or keyword not in part.schema:
                continue
            site = Site.of(part, keyword)
            left = site.value if keyword == "enum" else [site.value]
            gone = missing(before or (), left)
            typed = part.get("type")
            if typed is not None:
                # What is not of the type is reported as that.
                known = declared_types(typed)
                gone = [value for value in gone if type_of(value) in known]
                if before is None and not types(producer) & known:
                    continue
            if before is not None and not gone:
                continue
            if keyword == "enum" and before is not None:
                change = listed(gone) + GONE
            else:
                change = f"{listed(before) if before else 'any value'} -> {listed(left)}"
            yield Finding(rule, origin, site, change, probes=tuple(gone))


def listing(parts: Place) -> Site | None:
    """Return the `enum` or `const` of a place; without either, its `type`."""
    for keyword in ("enum", "const", "type"):
        for part in parts:
            if isinstance(part.schema, dict) and keyword in part.schema:
                return Site.of(part, keyword)
    return None


def bounds_tightened(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find raised minimums and lowered maximums of numbers."""
    if not types(producer) & {"integer", "number"}:
        return
    for part in consumer:
        before, after = lower(producer), lower((part,))
        if after and not (before and _rank(before) >= _rank(after)):
            yield _bound("minimum-raised", before, after, ">")
        before, after = upper(producer), upper((part,))
        if after and not (before and _rank(before, -1) >= _rank(after, -1)):
            yield _bound("maximum-lowered", before, after, "<")


def _rank(bound: Bound, sign: int = 1) -> tuple[float, bool]:
    return sign * bound.value, bound.exclusive


def _bound(rule: str, before: Bound | None, after: Bound, sign: str) -> Finding:
    plain = not after.exclusive and not (before and before.exclusive)
    was, now = (
        "no limit" if bound is None else brief(bound.value) if plain else _limit(bound, sign)
        for bound in (before, after)
    )
    return Finding(
        rule,
        Site(f"{before.part.pointer}/{before.keyword}", before.value) if before else None,
        Site(f"{after.part.pointer}/{after.keyword}", after.value),
        f"{was} -> {now}",
        # In draft 4, an exclusive bound fails under the keyword of the bound itself.
        failing=(
            f"{after.part.pointer}/{after.keyword}",
            f"{after.part.pointer}/{after.keyword.replace('exclusiveM', 'm')}",
        ),
    )


def _limit(bound: Bound, sign: str) -> str:
    return f"{sign}{'' if bound.exclusive else '='} {brief(bound.value)}"


def divisor_changed(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find new divisors that numbers have to be multiples of."""
    if not types(producer) & {"integer", "number"}:
        return
    before = [(part, divisor) for part, divisor in collect(producer, "multipleOf")]
    for part, divisor in collect(consumer, "multipleOf"):
        if any(is_multiple(other, divisor) for _, other in before):
            continue
        yield changed("multiple-of-changed", "multipleOf", producer, part)


def length_tightened(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find tighter limits on the length of strings."""
    yield from tightened(producer, consumer, "string", "length-tightened", "Length")


def tightened(
    producer: Place, consumer: Place, kind: str, rule: str, unit: str
) -> Iterator[Finding]:
    """Find tighter limits on a count of characters, elements or members."""
    if kind not in types(producer):
        return
    for keyword, tightest, sign in ((f"min{unit}", largest, 1), (f"max{unit}", smallest, -1)):
        before = tightest(producer, keyword)
        for part, limit in collect(consumer, keyword):
            trivial = sign == 1 and limit <= 0
            if trivial or (before and sign * before[1] >= sign * limit):
                continue
            yield changed(rule, keyword, producer, part)


def text_changed(producer: Place, consumer: Place, keyword: str) -> Iterator[Finding]:
    """Find a `pattern` or a `format` that appears or is replaced."""
    if "string" not in types(producer):
        return
    before = [value for _, value in collect(producer, keyword)]
    for part, value in collect(consumer, keyword):
        if value not in before:
            yield changed(f"{keyword}-changed", keyword, producer, part)


def changed(rule: str, keyword: str, producer: Place, part: Part) -> Finding:
    """Return a finding about one keyword, with its value on both sides."""
    sites = [Site.of(other, keyword) for other, _ in collect(producer, keyword)]
    after = Site.of(part, keyword)
    if not sites:
        return Finding(rule, None, after, f"no {keyword} -> {brief(after.value)}")
    return Finding(rule, sites[0], after, contrast(sites[0].value, after.value))


def type_names(value: str | list[str]) -> str:
    """Return the value of `type` as a person writes it."""
    return value if isinstance(value, str) else " | ".join(value)
