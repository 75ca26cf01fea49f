"""The reasons and notes for the changes that people make to models within unions and conditions."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
NULL = {"type": "null"}


def model(title: str = "", /, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        **({"title": title} if title else {}),
    }


def tagged(kind: str, title: str = "", /, **members: Any) -> dict[str, Any]:
    return model(title, kind={"const": kind}, **members)


def told(old: Any, new: Any, **asked: Any) -> list[str]:
    return sorted(f"{each.rule} {each.path}" for each in compare(old, new, **asked).reasons)


NAMED = model(id=NUMBER, name=TEXT)
RENAMED = model(id=NUMBER, fullName=TEXT)
OTHER = model(iban=TEXT)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ({"anyOf": [NAMED, NULL]}, {"anyOf": [RENAMED, NULL]}, "$"),
        ({"anyOf": [OTHER, NAMED]}, {"anyOf": [RENAMED, OTHER]}, "$"),
        ({"anyOf": [NAMED, NULL]}, RENAMED, "$"),
        (NAMED, {"anyOf": [NULL, RENAMED]}, "$"),
        (
            {"anyOf": [{"oneOf": [tagged("a", x=TEXT), tagged("b", name=TEXT)]}, NULL]},
            {"anyOf": [{"oneOf": [tagged("a", x=TEXT), tagged("b", fullName=TEXT)]}, NULL]},
            "$",
        ),
        ({"additionalProperties": NAMED}, {"additionalProperties": RENAMED}, "$.*"),
        ({"prefixItems": [{}, NAMED]}, {"prefixItems": [{}, RENAMED]}, "$[1]"),
    ],
)
def test_a_member_is_noted_as_renamed_wherever_its_model_is(old: Any, new: Any, path: str) -> None:
    notes = [note for note in compare(old, new).notes if note.kind == "probable-rename"]

    assert [(note.path, note.message) for note in notes] == [
        (f"{path}.name", f"-> {path}.fullName")
    ]


def test_of_several_members_the_one_with_the_most_similar_name_is_the_renamed() -> None:
    report = compare(model(user_id=TEXT, mail=TEXT), model(email=TEXT, userId=TEXT))

    assert [(n.path, n.message) for n in report.notes if n.kind == "probable-rename"] == [
        ("$.user_id", "-> $.userId"),
        ("$.mail", "-> $.email"),
    ]


def test_a_title_is_not_noted_where_a_model_becomes_one_of_several() -> None:
    one = model("One", id=NUMBER)
    for other in ({"anyOf": [one, NULL]}, {"anyOf": [one, OTHER], "title": "Either"}):
        for old, new in ((one, other), (other, one)):
            assert not [n for n in compare(old, new).notes if n.kind == "title-changed"]


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
@pytest.mark.parametrize("kept", [NAMED, model(id=TEXT, name=TEXT)])
def test_a_branch_is_lost_where_one_of_the_others_stays_alone(policy: Any, kept: Any) -> None:
    """Its members are not looked for in the one that stays."""
    named = {"$defs": {"Named": NAMED, "Other": OTHER}}
    old = {**named, "anyOf": [{"$ref": "#/$defs/Named"}, {"$ref": "#/$defs/Other"}]}
    new = {"$defs": {"Named": kept}, "$ref": "#/$defs/Named"}

    report = compare(old, new, policy=policy)

    lost = [each for each in report.reasons if each.rule == "union-branch-lost"]
    assert [(each.path, each.change) for each in lost] == [("$", "Other is not allowed any more")]
    rest = [(each.rule, each.path) for each in report.reasons if each not in lost]
    assert rest == ([] if kept is NAMED else [("type-narrowed", "$.id")])
    assert not [note for note in report.notes if note.kind == "strict-only"]


def test_a_tagged_branch_is_lost_where_one_of_the_others_stays_alone() -> None:
    old = {"oneOf": [tagged("card", number=TEXT), tagged("iban", iban=TEXT)]}

    assert told(old, tagged("card", number=TEXT)) == ["union-branch-lost $"]


def test_alternatives_of_one_object_are_not_taken_for_models() -> None:
    either = {**model(), "properties": {"a": TEXT, "b": TEXT}}
    either["anyOf"] = [{"required": ["a"]}, {"required": ["b"]}]
    new = {**either, "required": ["c"]}

    assert told(either, new) == ["required-added $.c"]


def test_branches_of_the_same_name_are_told_apart_by_their_tags() -> None:
    old = {"oneOf": [tagged("card", "Card", number=TEXT), tagged("iban", "Iban", iban=TEXT)]}
    new = {"oneOf": [tagged("credit", "Card", number=TEXT), tagged("iban", "Iban", iban=TEXT)]}

    (reason,) = compare(old, new).reasons

    assert reason.change == (
        'no branch takes Card with kind "card" any more; the nearest is Card with kind "credit"'
    )


def test_a_branch_of_a_union_within_a_union_is_named_itself() -> None:
    models = {"Card": tagged("card", number=TEXT), "Cash": tagged("cash", amount=NUMBER)}
    card, cash = ({"$ref": f"#/$defs/{name}"} for name in models)
    old = {"$defs": models, "anyOf": [{"oneOf": [card, cash]}, NULL]}
    new = {"$defs": models, "anyOf": [{"oneOf": [card]}, NULL]}

    (reason,) = compare(old, new).reasons

    assert reason.change.startswith("no branch takes Cash any more")
    assert reason.old_pointer == "#/anyOf/0/oneOf/1"


def test_a_shared_base_that_breaks_is_reported_once_for_all_branches() -> None:
    def pets(base: Any) -> Any:
        kinds = [tagged("cat"), tagged("dog")]
        extended = [{"allOf": [{"$ref": "#/$defs/Pet"}, each]} for each in kinds]
        return {"$defs": {"Pet": base}, "oneOf": extended}

    assert told(pets(model(id=NUMBER)), pets(model(id=NUMBER, age=NUMBER))) == [
        "required-added $.age"
    ]


@pytest.mark.parametrize("keys", [{"enum": ["a", "c"]}, {"pattern": "^a$"}])
def test_names_behind_a_reference_are_reported_beside_what_else_breaks(keys: Any) -> None:
    def table(keys: Any, value: Any) -> Any:
        names = {"type": "object", "propertyNames": {"$ref": "#/$defs/K"}}
        return {"$defs": {"K": keys}, **model(d=names, q=value)}

    old, new = table({"enum": ["a", "b"], "title": "K"}, NUMBER), table(keys, TEXT)

    assert told(old, new) == ["property-names-narrowed $.d", "type-narrowed $.q"]
    change = compare(old, new).reasons[0].change
    assert change.startswith('{"enum": ["a", "b"]} -> {')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a"]}),
        ({"type": "boolean"}, {"type": "string", "enum": ["a"]}),
        (
            {"type": ["string", "null"], "enum": ["a", None]},
            {"type": "string", "enum": ["a"]},
        ),
    ],
)
def test_a_value_of_a_type_that_is_gone_is_not_reported_as_a_value_too(old: Any, new: Any) -> None:
    assert told(old, new) == ["type-narrowed $"]


def test_an_array_that_mixes_the_kinds_of_its_elements_shows_that_they_were_split() -> None:
    old = {"type": "array", "items": {"anyOf": [NUMBER, TEXT]}}
    new = {"anyOf": [{"type": "array", "items": kind} for kind in (NUMBER, TEXT)]}

    report = compare(old, new)

    assert report.compatible is False
    assert {type(each) for each in report.reasons[0].payload} == {int, str}


def conditional(then: Any, **more: Any) -> Any:
    members = {"kind": {"enum": ["a", "b"]}, "x": NUMBER, **more}
    return {
        "type": "object",
        "properties": members,
        "required": ["kind", *more],
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": then,
    }


def limited(least: int) -> Any:
    return {"properties": {"x": {"minimum": least}}}


@pytest.mark.parametrize(
    ("new", "reasons"),
    [
        (conditional(limited(5)), ["minimum-raised $.x"]),
        (conditional(limited(5), owner=TEXT), ["minimum-raised $.x", "required-added $.owner"]),
        (
            conditional({**limited(5), "required": ["x"]}),
            ["conditional-changed $", "minimum-raised $.x"],
        ),
        (conditional({**limited(1), "required": ["x"]}), ["conditional-changed $"]),
    ],
)
def test_what_an_outcome_demands_is_reported_once_whatever_else_breaks(
    new: Any, reasons: list[str]
) -> None:
    report = compare(conditional(limited(1)), new)

    assert sorted(f"{each.rule} {each.path}" for each in report.reasons) == reasons
    assert not [
        n for n in report.notes if n.kind == "strict-only" and "required-added" in n.message
    ]


def test_a_condition_that_is_added_to_others_is_reported_once() -> None:
    def several(**outcomes: str) -> Any:
        listed = [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": {"required": [name]}}
            for kind, name in outcomes.items()
        ]
        members = {"kind": {"enum": ["a", "b", "c"]}, "x": NUMBER, "y": TEXT, "z": NUMBER}
        return {**model(), "properties": members, "required": ["kind"], "allOf": listed}

    assert told(several(a="x", b="y"), several(a="x", b="y", c="z")) == ["conditional-changed $"]
