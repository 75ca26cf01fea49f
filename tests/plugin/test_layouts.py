from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Run

ITEM = "type: object\nproperties:\n  price: {minimum: 0}\n"
ORDER = "type: object\nproperties:\n  item: {$ref: shop.Item.v2.schema.yaml}\n"
FAULTY = 'enum:\n- "yes"\n- no\n'
WHY = 'line 3: some readers of YAML take no for false; write "no" or false'
INI = """
[pytest]
registry_url = schemas
registry_layout = {name}.{version}.schema.yaml
registry_compatibility = shop.Order: v2 -> v10
"""
TEST = """
def test_order(assert_conforms):
    assert_conforms({"item": {"price": -1}}, "shop.Order")
"""


def project(pytester: pytest.Pytester, order: str = ORDER) -> None:
    schemas = pytester.mkdir("schemas")
    (schemas / "shop.Item.v2.schema.yaml").write_text(ITEM)
    (schemas / "shop.Order.v2.schema.yaml").write_text(ORDER)
    (schemas / "shop.Order.v10.schema.yaml").write_text(order)
    pytester.makeini(INI)
    pytester.makepyfile(test_order=TEST)


def test_a_layout_has_versions_rules_and_references_by_file(
    pytester: pytest.Pytester, run: Run
) -> None:
    project(pytester)
    result = run()
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "schema registry: schemas, mode auto, versions v2,v10, *",
            "* test_order[[]v2] *",
            "E       ContractViolation: shop.Order v2: $.item.price: -1 is less than *",
            "E             shop.Item.v2.schema.yaml#/properties/price/minimum",
            "E         schema: directory schemas/shop.Order.v2.schema.yaml (digest *)",
            "* test_order[[]v10] *",
        ]
    )


def test_a_value_that_yaml_does_not_agree_on_is_named_with_its_line(
    pytester: pytest.Pytester, run: Run
) -> None:
    project(pytester, FAULTY)
    result = run("--registry-versions=v10", "test_order.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            f"E       InvalidAnswer: *: the file is not JSON written as YAML ({WHY})",
            "E         asked: */schemas/shop.Order.v10.schema.yaml",
        ]
    )


def test_a_wrong_template_is_one_line(pytester: pytest.Pytester, run: Run) -> None:
    project(pytester)
    result = run("--registry-layout={version}.yaml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: --registry-layout: '{version}.yaml' is no layout: write {name} in it, such as *"]
    )


def test_a_recording_of_a_layout_replays_without_the_directory(
    pytester: pytest.Pytester, run: Run
) -> None:
    project(pytester)
    run("--registry-mode=record", "test_order.py").assert_outcomes(failed=2)
    (pytester.path / "schemas").rename(pytester.path / "gone")
    pytester.makeini("[pytest]\nregistry_versions = v2,v10")
    result = run("--registry-mode=replay", "test_order.py")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*$.item.price: -1 is less than the minimum of 0"])
