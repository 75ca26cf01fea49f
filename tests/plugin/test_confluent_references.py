"""Schemas that refer to others, by the lists of references that a Confluent registry keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run

ADDRESS_URL = "https://schemas.example/shop/address.json"
ORDER: dict[str, Any] = {
    "$id": "https://schemas.example/shop/order.json",
    "type": "object",
    "properties": {"customer": {"$ref": "customer.json"}},
}
CUSTOMER = {
    "$id": "other/name.json",
    "properties": {"address": {"$ref": f"{ADDRESS_URL}#/definitions/address"}},
}
ADDRESS = {"definitions": {"address": {"properties": {"country": {"$ref": "country.json"}}}}}
COUNTRY = {"type": "string", "minLength": 2}
CHAIN = """
import pytest

@pytest.mark.parametrize("country", ["NO", 5])
@pytest.mark.registry_schema("orders-value", "invoices-value")
def test_chain(assert_conforms, country):
    assert_conforms({"customer": {"address": {"country": country}}})
"""
REFERENCES = [f"/subjects/{name}/versions/1?deleted=true" for name in ("address", "country", "cu")]


def register_chain(registry: ConfluentRegistry) -> None:
    """Register two schemas above a chain of three, the innermost of which is deleted."""
    registry.register("country", COUNTRY)
    registry.delete("country", 1)
    registry.register("address", ADDRESS, references=[("country.json", "country", 1)])
    registry.register("cu", CUSTOMER, references=[(ADDRESS_URL, "address", 1)])
    for subject in ("orders-value", "invoices-value"):
        order = ORDER | {"title": subject}
        registry.register(subject, order, references=[("customer.json", "cu", 1)])


@pytest.mark.parametrize("workers", ["0", "4"])
def test_a_chain_is_followed_and_each_part_of_it_fetched_once(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, workers: str
) -> None:
    register_chain(confluent_registry)
    pytester.makepyfile(CHAIN)
    url = f"--registry-url={confluent_registry.url}"
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["E *$.customer.address.country: 5 is an integer, not a string"])
    latest = [f"/subjects/{name}-value/versions/latest" for name in ("invoices", "orders")]
    assert confluent_registry.paths == sorted(["/schemas/types", *latest, *REFERENCES])
    # What never changes is not asked again, unless that is demanded.
    confluent_registry.requests.clear()
    run(url, "--registry-cache-ttl=0.001").assert_outcomes(passed=2, failed=2)
    assert confluent_registry.paths == latest
    confluent_registry.requests.clear()
    run(url, "--registry-cache-ttl=0").assert_outcomes(passed=2, failed=2)
    assert confluent_registry.paths == sorted(["/schemas/types", *latest, *REFERENCES])


def test_references_may_go_round_by_latest(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    tree = {"type": "object", "properties": {"twigs": {"items": {"$ref": "twig"}}}}
    twig = {"properties": {"tree": {"$ref": "tree"}, "length": {"type": "integer"}}}
    confluent_registry.register("tree-value", tree, references=[("twig", "twig", -1)])
    confluent_registry.register("twig", {})
    confluent_registry.register("twig", twig, references=[("tree", "tree-value", -1)])
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("length", [1, "long"])
        def test_tree(assert_conforms, length):
            tree = {"twigs": [{"tree": {"twigs": [{"length": length}]}}]}
            assert_conforms(tree, "tree-value")
    """)
    result = run(f"--registry-url={confluent_registry.url}")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *$.twigs[[]0].tree.twigs[[]0].length: *long*"])


def of_two_versions(registry: ConfluentRegistry) -> None:
    registry.register("country", COUNTRY)
    registry.register("country", {"type": "integer"})
    registry.register("a", {"$ref": "country.json"}, references=[("country.json", "country", 2)])
    schema = {"properties": {"a": {"$ref": "a"}, "c": {"$ref": "country.json"}}}
    listed = [("a", "a", 1), ("country.json", "country", 1)]
    registry.register("orders-value", schema, references=listed)


def unexplained(registry: ConfluentRegistry) -> None:
    # The official clients would fetch this by its URL.
    elsewhere = f"{registry.url}/subjects/country/versions/1/schema"
    registry.register("country", COUNTRY)
    registry.register("orders-value", {"properties": {"c": {"$ref": elsewhere}}})


def by_the_name_of_a_subject(registry: ConfluentRegistry) -> None:
    registry.register("country", COUNTRY)
    registry.register("orders-value", {"properties": {"c": {"$ref": "country"}}})


def to_avro(registry: ConfluentRegistry) -> None:
    registry.register("country", COUNTRY, type="AVRO")
    schema = {"properties": {"c": {"$ref": "country.json"}}}
    registry.register("orders-value", schema, references=[("country.json", "country", 1)])


def to_nothing(registry: ConfluentRegistry) -> None:
    schema = {"properties": {"c": {"$ref": "country.json"}}}
    registry.register("orders-value", schema, references=[("country.json", "country", 7)])


@pytest.mark.parametrize(
    ("register", "said", "pointer"),
    [
        (
            of_two_versions,
            "*the name 'country.json' stands for country version 1 and for country version 2",
            "#",
        ),
        (unexplained, "*/schema' is not among its references in the registry", "#/properties/c*"),
        (
            by_the_name_of_a_subject,
            "'country' is not among its references in the registry",
            "#/properties/c*",
        ),
        (to_avro, "its reference 'country.json' is of the type AVRO, not JSON", "#"),
        (to_nothing, "*'country.json' leads to no schema (no schema country in version 7)*", "#"),
    ],
)
def test_a_reference_that_leads_to_no_json_schema_is_an_error(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    register: Callable[[ConfluentRegistry], None],
    said: str,
    pointer: str,
) -> None:
    register(confluent_registry)
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms({}, "orders-value")
    """)
    result = run(f"--registry-url={confluent_registry.url}")
    result.assert_outcomes(errors=1)
    headline = "E *InvalidSchema: orders-value latest release 1: the schema is itself wrong: "
    result.stdout.fnmatch_lines([f"{headline}{said}", f"E *at: {pointer}"])
    assert not any(path.endswith("/schema") for path in confluent_registry.paths)


def test_one_text_has_other_meanings_with_other_references(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    schema = {"properties": {"c": {"$ref": "country.json"}}}
    for version, country in ((1, COUNTRY), (2, {"type": "integer"})):
        confluent_registry.register("country", country)
        listed = [("country.json", "country", version)]
        confluent_registry.register("orders-value", schema, references=listed)
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("country", ["NO", 47])
        def test_order(assert_conforms, country):
            assert_conforms({"c": country}, "orders-value")
    """)
    url = f"--registry-url={confluent_registry.url}"
    result = run(url, "--registry-versions=1,2", "-v")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines_random(
        ["*test_order?1-NO? PASSED*", "*test_order?2-47? PASSED*", "*test_order?2-NO? FAILED*"]
    )


def test_a_schema_that_tests_name_is_not_fetched_again_as_a_reference(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    schema = {"properties": {"c": {"$ref": "country.json"}}}
    listed = [("country.json", "country-value", 1)]
    confluent_registry.register("country-value", COUNTRY)
    confluent_registry.register("orders-value", schema, references=listed)
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms("NO", "country")
            assert_conforms({"c": "NO"}, "orders")
    """)
    template = "--registry-subject={name}-value"
    run(f"--registry-url={confluent_registry.url}", template).assert_outcomes(passed=1)
    latest = [f"/subjects/{name}-value/versions/latest" for name in ("country", "orders")]
    assert confluent_registry.paths == ["/schemas/types", *latest]


@pytest.mark.parametrize("confluent_registry", ["confluent", "axonops"], indirect=True)
def test_a_reference_is_relative_to_the_context_of_the_subject_that_has_it(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    schema = {"properties": {"c": {"$ref": "country.json"}}}
    listed = [("country.json", "country", 1)]
    confluent_registry.register(":.team:orders-value", schema, references=listed)
    confluent_registry.register(":.team:country", COUNTRY)
    confluent_registry.register("country", {"type": "integer"})
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms({"c": "NO"}, ":.team:orders-value")
    """)
    run(f"--registry-url={confluent_registry.url}").assert_outcomes(passed=1)
    # The template is for what tests name.
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms({"c": "NO"}, "orders")
    """)
    template = "--registry-subject=:.team:{name}-value"
    run(f"--registry-url={confluent_registry.url}", template).assert_outcomes(passed=1)
