"""The comparison of models as if they sent their members under their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.models.comparison import compare_sides
from pytest_schema_registry.models.sides import ModelSide

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.models.sides import SchemaSide


def is_better_by_alias(
    report: CompatibilityReport,
    old: SchemaSide | ModelSide,
    new: SchemaSide | ModelSide,
    **asked: Any,
) -> bool:
    """Check whether a comparison has fewer reasons once the models send their aliases.

    A model's schema has aliases, and the model sends them only where it is told to.

    Args:
        report: The report on the two sides.
        old: The older side.
        new: The newer side.
        asked: What the comparison was asked with.
    """
    by_alias = _by_alias(old), _by_alias(new)
    if report.passes or by_alias == (old, new):
        return False
    return len(compare_sides(*by_alias, **asked).reasons) < len(report.reasons)


def _by_alias(side: SchemaSide | ModelSide) -> SchemaSide | ModelSide:
    """Return a side under its aliases, if it is a model that does not say and has some."""
    if not isinstance(side, ModelSide) or side.by_alias is not None:
        return side
    aliased = side._replace(by_alias=True)
    is_same = aliased.sender().exact.content == side.sender().exact.content
    return side if is_same else aliased
