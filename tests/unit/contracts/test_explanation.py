from __future__ import annotations

import pickle
import re
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.contracts.explanation import Elsewhere, explain, missing_name, renamed
from tests.local_registry import ORDER, LocalRegistry, Reply
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "a.Event"


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url) as registry:
        yield registry


def text_of(registry: SchemaRegistry, payload: Any, *, version: str = "v1", **options: Any) -> str:
    compiled = judge_of(registry).validator(registry.get_schema(NAME, version))
    form = judge_of(registry).to_json(payload)
    assert not compiled.is_valid(form)
    return str(judge_of(registry).explain(compiled, form, **options))


def body_of(registry: SchemaRegistry, payload: Any, **options: Any) -> str:
    """The lines between the headline and where the schema is from."""
    lines = text_of(registry, payload, **options).splitlines()
    end = next(place for place, line in enumerate(lines) if line.startswith("  schema: "))
    return "\n".join(line.removeprefix("  ") for line in lines[1:end])


def test_a_failure_says_what_where_from_where_and_what_next(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    rule = {"$core_version": "1.2.0", "properties": {"items": {"items": {"minimum": 1}}}}
    local_registry.publish(NAME, v1=rule)
    digest = registry.get_schema(NAME, "v1").digest[:8]
    assert text_of(registry, {"items": [1, 0]}) == cleandoc(f"""
        {NAME} v1: $.items[1]: 0 is less than the minimum of 1
          $.items[1]: 0 is less than the minimum of 1
              #/properties/items/items/minimum says 1
          schema: registry {local_registry.url}/schemas/v1/{NAME} (release 1.2.0, digest {digest})
          next: correct the producer, or publish a schema that allows what it sends
        """)


def test_ten_violations_are_shown_and_the_rest_counted(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"items": {"type": "string"}})
    lines = text_of(registry, list(range(1012))).splitlines()
    assert lines[0] == f"{NAME} v1: $[0]: 0 is an integer, not a string (+1,011)"
    assert lines[19:22] == [
        "  $[9]: 9 is an integer, not a string",
        '      #/items/type says "string"',
        "  and 1,002 more (-vv shows all)",
    ]
    assert "  $[1011]: 1011 is an integer, not a string" in text_of(
        registry, list(range(1012)), verbose=True
    )


def test_exactly_ten_violations_are_all(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"items": {"type": "string"}})
    assert "more" not in text_of(registry, list(range(10)))


def test_the_closest_alternative_is_explained_below_and_cut_after_three(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    some = {"type": "object", "required": ["a", "b", "c", "d"]}
    local_registry.publish(NAME, v1={"properties": {"x": {"anyOf": [some, {"type": "null"}]}}})
    assert body_of(registry, {"x": {}}) == cleandoc("""
        $.x: {} matches none of the 2 alternatives
            #/properties/x/anyOf
            the alternative that comes closest:
              $.x: "a" is a required property
                  #/properties/x/anyOf/0/required
              $.x: "b" is a required property
                  #/properties/x/anyOf/0/required
              $.x: "c" is a required property
                  #/properties/x/anyOf/0/required
              and 1 more
        """)


def test_the_first_line_says_which_member_is_missing(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"items": {"required": ["a b", "id"]}})
    first, *_ = text_of(registry, [{}]).splitlines()
    assert first == f"{NAME} v1: $[0]['a b'] is missing (+1)"


@pytest.mark.parametrize("message", ["it is missing", '"... is a required property', "1"])
def test_a_missing_member_that_is_cut_or_hidden_has_no_name(message: str) -> None:
    assert missing_name(message) is None


STRICT = {
    "properties": {"quantity": {}, "note": {}},
    "required": ["quantity"],
    "additionalProperties": False,
}


def test_a_name_that_is_nearly_the_schemas_is_pointed_out(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1=STRICT)
    assert body_of(registry, {"quantitiy": 1}) == cleandoc("""
        $: "quantitiy" is not allowed; did you mean "quantity"?
            #/additionalProperties says false
        $: "quantity" is a required property
            #/required
        """)


def test_a_name_that_is_nearly_a_missing_one_is_pointed_out_where_any_name_is_allowed(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={**STRICT, "additionalProperties": True})
    assert body_of(registry, {"quantitiy": 1}) == cleandoc("""
        $: "quantity" is a required property
            #/required
            the payload has "quantitiy": did you mean "quantity"?
        """)


def test_alternatives_that_come_equally_close_are_all_explained(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    level = [{"properties": {"level": rule}} for rule in ({"minimum": 1}, {"multipleOf": 7})]
    local_registry.publish(NAME, v1={"oneOf": level})
    assert body_of(registry, {"level": 0.5}) == cleandoc("""
        $: {"level": 0.5} matches none of the 2 alternatives; 2 of them come equally close
            #/oneOf
            the alternatives that come closest:
              $.level: 0.5 is less than the minimum of 1
                  #/oneOf/0/properties/level/minimum says 1
              $.level: 0.5 is not a multiple of 7
                  #/oneOf/1/properties/level/multipleOf says 7
        """)


def test_a_name_of_any_letters_is_pointed_out(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"properties": {"größe": {}}, "required": ["größe"]})
    assert 'the payload has "größen": did you mean "größe"?' in text_of(registry, {"größen": 1})


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        (STRICT, {"quantity": 1, "zzz": 1}),
        ({"required": ["quantity"]}, {"quantitiy": 1}),
        ({"properties": {"quantity": {}, "b": {}}, "required": ["b"]}, {"quantitiy": 1}),
        ({"dependentRequired": {"b": ["quantity"]}}, {"b": 1, "quantitiy": 1}),
        ({"properties": {"a": False}}, {"a": 1}),
        ({"anyOf": [{"required": ["a"]}], "title": "x"}, {}),
    ],
)
def test_a_name_is_pointed_out_only_where_the_schema_declares_one_much_like_it(
    registry: SchemaRegistry, local_registry: LocalRegistry, schema: Any, payload: Any
) -> None:
    local_registry.publish(NAME, v1=schema)
    assert "did you mean" not in text_of(registry, payload)


def test_a_rule_of_another_schema_has_its_place_and_no_hints(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Base", v1={"properties": {"quantity": {}}, "required": ["quantity"]})
    local_registry.publish(NAME, v1={"allOf": [{"$ref": "a.Base"}]})
    assert body_of(registry, {"quantitiy": 1}) == cleandoc("""
        $: "quantity" is a required property
            a.Base#/required
        """)


OLD = {"properties": {"id": {"type": "string", "title": "Id"}, "n": {}}, "required": ["id"]}
NEW = {"properties": {"key": {"type": "string"}, "n": {}}, "required": ["key"]}


def test_another_version_that_the_payload_conforms_to_is_named_with_what_it_renamed(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1=OLD, v2=NEW)
    lines = text_of(registry, {"id": "a"}, version="v2", others=("v1", "v2", "v9")).splitlines()
    assert [lines[3], lines[4], lines[6]] == [
        "  it conforms to v1",
        '  v2 renamed "id" of v1 to "key"?',
        (
            "  next: make the producer speak v2, or test it against v1 only: "
            f'@pytest.mark.registry_schema("{NAME}@v1")'
        ),
    ]


def test_latest_is_no_word_that_a_producer_speaks(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1=OLD, latest=NEW)
    text = text_of(registry, {"id": "a"}, version="latest", others=("v1", "latest"))
    assert "  next: make the producer speak the latest version, or test it against v1" in text


def test_several_other_versions_are_named_and_one_that_refuses_too_is_not(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v0={}, v1=OLD, v2=NEW, v3=False, v4={"type": "text"})
    others = ("v0", "v1", "v2", "v3", "v4")
    said = text_of(registry, {"id": "a"}, version="v2", others=others)
    assert "\n  it conforms to v0 and v1\n" in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, {"properties": {"key": {"type": "integer"}}, "required": ["key"]}),
        (OLD, {"properties": {"key": {"type": "string"}, "id": {}}, "required": ["key"]}),
        ({"properties": {"n": {}}}, NEW),
        (OLD, {"required": ["key"]}),
        (OLD, {"minProperties": 3}),
        (OLD, False),
        ({"properties": {"id": True}}, {"properties": {"key": {}}, "required": ["key"]}),
        ({"properties": []}, {"properties": {"key": {}}, "required": ["key"]}),
    ],
)
def test_no_rename_is_suspected_where_the_two_schemas_do_not_show_one(old: Any, new: Any) -> None:
    with SchemaRegistry() as registry:
        found = registry.validate_payload(new, {"id": "a"})[1]
    assert found
    assert renamed(old, new, found) == ()


def test_a_rename_is_found_below_the_root_and_named_once() -> None:
    old = {"properties": {"items": {"items": OLD}}}
    new = {"properties": {"items": {"items": NEW}}}
    with SchemaRegistry() as registry:
        found = registry.validate_payload(new, {"items": [{"id": "a"}, {"id": "b"}]})[1]
    assert renamed(old, new, found) == (("id", "key"),)


def test_a_payload_that_is_no_object_has_nothing_to_be_renamed() -> None:
    with SchemaRegistry() as registry:
        found = registry.validate_payload({"type": "object"}, 1)[1]
    assert renamed(OLD, NEW, found) == ()


EVENT = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "next": {"$ref": "#"}},
    "required": ["id"],
}


def test_a_whole_envelope_is_told_from_the_event_in_it(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1=EVENT)
    lines = text_of(registry, {"topic": "orders", "payload": {"id": "o-1"}}).splitlines()
    assert [lines[1], lines[3], lines[5]] == [
        '  $: "id" is a required property',
        '  its member "payload" conforms',
        "  next: check that part alone, or name the schema of the whole payload",
    ]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            {"payload": {"before": None, "after": {"id": "o-1"}}},
            "its part $.payload.after conforms",
        ),
        ([{"id": 1}, {"id": "o-1"}], "its item 1 conforms"),
    ],
)
def test_the_event_may_lie_deeper_or_be_one_of_several(
    registry: SchemaRegistry, local_registry: LocalRegistry, payload: Any, said: str
) -> None:
    local_registry.publish(NAME, v1=EVENT)
    assert f"\n  {said}\n" in text_of(registry, payload)


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        # The schema describes this member itself.
        (EVENT, {"idd": "o-1", "next": {"id": "o-2"}}),
        # The violation is not the whole's.
        (EVENT, {"id": 1, "payload": {"id": "o-2"}}),
        # Almost anything conforms.
        ({"not": {"required": ["payload"]}}, {"payload": {"id": "o-1"}}),
        (EVENT, {"payload": {}}),
        (EVENT, {"a": {"b": {"c": {"id": "o-1"}}}}),
        (EVENT, [*([[]] * 5), *([{"x": 1}] * 50), {"id": "o-1"}]),
        (EVENT, 1),
    ],
)
def test_no_part_is_said_to_conform_where_that_means_nothing(
    registry: SchemaRegistry, local_registry: LocalRegistry, schema: Any, payload: Any
) -> None:
    local_registry.publish(NAME, v1=schema)
    assert "conforms" not in text_of(registry, payload)


def test_a_part_of_what_is_hidden_is_not_named(local_registry: LocalRegistry) -> None:
    local_registry.publish(NAME, v1=EVENT)
    with SchemaRegistry(local_registry.url, redact=["envelope"]) as registry:
        said = text_of(registry, {"envelope": {"s3cret": {"id": "o-1"}}})
    assert "conforms" not in said
    assert "s3cret" not in said


def test_an_array_in_an_envelope_conforms_to_a_schema_of_arrays(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"type": "array", "items": EVENT})
    assert '\n  its member "events" conforms\n' in text_of(registry, {"events": [{"id": "o-1"}]})


def test_verbose_adds_the_payload_and_the_schema(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"items": {"maxLength": 1}})
    assert body_of(registry, ["é" * 300], verbose=True) == cleandoc(f"""
        $[0]: "{"é" * 56}... is 300 characters long, longer than 1
            #/items/maxLength says 1
        payload:
          [
            "{"é" * 197}
          ]
        schema:
          {{
            "items": {{
              "maxLength": 1
            }}
          }}
        """)


def test_an_excerpt_is_cut_after_forty_lines(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1=False)
    lines = body_of(registry, list(range(2000)), verbose=True).splitlines()
    assert lines[2] == "payload:"
    assert lines[43:45] == ["  ... 1,962 more lines", "schema:"]


def test_nothing_of_a_payload_or_a_schema_is_obeyed_by_a_terminal(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    evil = "\x1b[2J\u202e\x9b"
    rules = {evil: {"enum": [evil], "pattern": "^\x9b", "format": evil}}
    local_registry.publish(NAME, v1={"properties": rules, "required": [f"{evil}x"]})
    payload = {evil: f"{evil}\r\n", f"{evil}y": evil}
    said = text_of(registry, payload, verbose=True)
    assert all(line.isprintable() for line in said.splitlines())
    assert r"$['\u001b[2J" in said


def test_a_text_is_made_when_it_is_read(
    registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def noted(*given: Any, **rest: Any) -> str:
        made.append(given)
        return explain(*given, **rest)

    monkeypatch.setattr("pytest_schema_registry.contracts.explanation.explain", noted)
    compiled = judge_of(registry).validator(registry.get_schema(ORDER, "v2"))
    expected = [
        judge_of(registry).explain(compiled, {"id": at}, others=("v1", "v2")) for at in range(20)
    ]
    assert made == []
    assert len({each.violations[0].path for each in expected}) == 1
    assert "it conforms to v1" not in str(expected[0])
    assert len(made) == 1


def test_an_unread_text_pickles_with_nothing_that_is_hidden(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.url, redact=["id"]) as registry:
        compiled = judge_of(registry).validator(registry.get_schema(ORDER, "v2"))
        unread = judge_of(registry).explain(compiled, {"id": "s3cret"}, others=("v1",))
    pickled = pickle.dumps(unread)
    again = pickle.loads(pickled)
    assert b"s3cret" not in pickled
    assert str(again) == again.text == str(unread)
    assert "it conforms to v1" in again.text
    assert repr(again) == repr(unread)
    assert repr(unread).startswith(f"ContractViolation({unread.text!r}, ")


def test_what_is_hidden_is_in_no_line(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"properties": {"token": {"maxLength": 2}}})
    with SchemaRegistry(local_registry.url, redact=["token"]) as registry:
        said = text_of(registry, {"token": "s3cret"}, verbose=True)
    assert '$.token: "<redacted>" is 6 characters long, longer than 2' in said
    assert "s3cret" not in said


def test_no_name_is_pointed_out_in_what_is_hidden(local_registry: LocalRegistry) -> None:
    local_registry.publish(NAME, v1={"properties": {"user": STRICT}})
    with SchemaRegistry(local_registry.url, redact=["user"]) as registry:
        said = text_of(registry, {"user": {"quantitiy": 1}})
    assert "did you mean" not in said


def test_an_old_copy_has_its_age(local_registry: LocalRegistry, tmp_path: Path) -> None:
    local_registry.publish(NAME, v1=False)
    options: Any = {"cache_dir": tmp_path, "cache_ttl": 0}
    with SchemaRegistry(local_registry.url, **options) as registry:
        registry.get_schema(NAME, "v1")
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    with SchemaRegistry(local_registry.url, **options) as registry:
        lines = text_of(registry, 1).splitlines()
    start = f"  schema: stale cache of {local_registry.url}/schemas/v1/{NAME}, fetched "
    assert lines[-2].startswith(start)
    assert re.search(r" s ago \(digest \w{8}\)$", lines[-2])


def test_places_that_are_not_in_the_schema_are_shown_without_what_stands_there(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(NAME, v1={"enum": [[1]]})
    schema = registry.get_schema(NAME, "v1")
    _, found = registry.validate_payload(schema, 1)
    for pointer, said in {
        "#/enum/0/0": " says 1",
        "#/enum/7": "",
        "#/enum/x": "",
        "#/enum/0/0/deeper": "",
        "#/gone/~1": "",
        "b.B#/enum": "",
    }.items():
        violation = type(found[0])("$", pointer, "enum", 1, "no")
        text = explain(schema, 1, [violation], conforms_to=[Elsewhere("v9")])
        assert f"\n      {pointer}{said}\n" in text
