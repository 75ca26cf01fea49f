# ruff: noqa: RUF001  # the dash is one of the marks
from __future__ import annotations

from pytest_schema_registry.reporting.table_layout import laid_out

SHORT = "orders.Order"
LONG = "com.example.warehouse.logistics.shipping.OrderWasHandedOverToCarrier"


def layout(*names: str, columns: int = 2, width: int, whole_names: bool = False) -> list[str]:
    heads = [f"v{number}" for number in range(1, columns + 1)]
    rows = [(name, ["✓"] * (columns - 1) + ["–"]) for name in names]
    return laid_out(heads, rows, str, least=1, width=width, whole_names=whole_names)


def test_what_fits_into_the_width_is_left_as_it_is() -> None:
    table = [
        f"{'':68}  v1  v2",
        f"{LONG}  ✓   –",
        f"{SHORT:68}  ✓   –",
    ]
    assert layout(LONG, SHORT, width=76) == table
    assert layout(LONG, SHORT, width=0) == table


def test_a_name_too_long_for_the_width_lacks_its_middle() -> None:
    assert layout(LONG, SHORT, width=48) == [
        "                                          v1  v2",
        "com.example....derWasHandedOverToCarrier  ✓   –",
        "orders.Order                              ✓   –",
    ]


def test_names_that_would_be_alike_are_left_as_they_are() -> None:
    alike = LONG.replace("warehouse", "warehause")
    assert layout(LONG, alike, width=48)[2:4] == [f"{alike}  ✓", f"{'':68}  v2"]


def test_a_name_that_occurs_twice_is_shortened_all_the_same() -> None:
    assert layout(LONG, LONG, width=48)[1] == "com.example....derWasHandedOverToCarrier  ✓   –"


def test_columns_too_many_for_the_width_stand_in_blocks() -> None:
    assert layout(SHORT, columns=12, width=39) == [
        "              v1  v2  v3  v4  v5  v6",
        "orders.Order  ✓   ✓   ✓   ✓   ✓   ✓",
        "              v7  v8  v9  v10  v11  v12",
        "orders.Order  ✓   ✓   ✓   ✓    ✓    –",
    ]


def test_a_block_has_a_column_however_narrow_the_terminal() -> None:
    assert layout(SHORT, width=5) == [
        "              v1",
        "orders.Order  ✓",
        "              v2",
        "orders.Order  –",
    ]


def test_who_asks_for_everything_gets_whole_names() -> None:
    assert layout(LONG, width=48, whole_names=True) == [
        f"{'':68}  v1",
        f"{LONG}  ✓",
        f"{'':68}  v2",
        f"{LONG}  –",
    ]
