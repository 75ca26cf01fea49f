"""The candidates below the outcome of a condition that say what others say already."""

from collections.abc import Iterator, Mapping

from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Candidate


def repeated(told: Mapping[int, Candidate]) -> Iterator[int]:
    """Yield the numbers of the candidates to drop.

    A changed condition is reported with what its outcomes demand of the value itself. What they
    demand of members and elements is reported for each. There, a limit that was changed is
    compared with both outcomes of the producer's condition, of which one does not have it.

    Args:
        told: The candidates that payloads show, by number.
    """
    changed = {
        (one.pair, len(one.trail))
        for one in told.values()
        if one.finding.rule == "conditional-changed"
    }
    better = {_demand(one) for one in told.values() if _has_counterpart(one)}
    for at, one in told.items():
        if one.guessed_at is None:
            continue
        is_in_better = not _has_counterpart(one) and _demand(one) in better
        if is_in_better or (one.guessed_at, len(one.trail)) in changed:
            yield at


def _demand(one: Candidate) -> tuple[str, str, tuple[str | int, ...]]:
    return one.finding.rule, one.finding.consumer.pointer, one.path


def _has_counterpart(one: Candidate) -> bool:
    return one.finding.producer is not None and one.finding.producer.value is not None
