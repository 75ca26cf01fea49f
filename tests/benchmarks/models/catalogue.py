"""Schemas of many models, made by pydantic from models that are made here."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

MODELS = 40
PAIRS = 200


def nested(*, changed: bool = False) -> dict[str, Any]:
    """A schema of 32 KB: 40 models, each but the first used by one before it.

    Args:
        changed: Whether each model has one of five changes that break its readers.
    """
    made: dict[int, type[BaseModel]] = {}
    for number in reversed(range(MODELS)):
        change = number % 5 if changed else None
        fields: dict[str, Any] = {
            "code": (
                str,
                Field(pattern="^[A-Z]{2}[0-9]{4}$", description="Unique in the list it stands in"),
            ),
            "label": (str, Field(min_length=1, max_length=40 if change == 0 else 80)),
            "count": (
                int,
                Field(ge=0, le=500 if change == 1 else 1_000, description="How many are left"),
            ),
            "status": (
                Literal["new", "kept"] if change == 2 else Literal["new", "kept", "dropped"],
                "new",
            ),
            "share": (float | None, Field(default=None, ge=0, le=1)),
            "tags": (list[str], Field(default_factory=list, max_length=4 if change == 3 else 8)),
        }
        if change == 4:
            fields["owner"] = (str, Field(description="Who answers for it"))
        for place, child in enumerate((2 * number + 1, 2 * number + 2)):
            if child in made:
                kind: Any = list[made[child]] if place else made[child] | None  # type: ignore[valid-type]
                fields[f"part_{place}"] = (kind, Field(description=f"What is below, as {place}"))
        made[number] = create_model(f"Node{number:02}", **fields)
    return made[0].model_json_schema()


def pair(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two versions of a schema of 1 to 5 KB: up to three changes apart, or none.

    Args:
        number: Which pair; its remainder by ten says what was changed.
    """
    return _version(number, changed=False), _version(number, changed=True)


def _version(number: int, *, changed: bool) -> dict[str, Any]:
    changes = CHANGES[number % len(CHANGES)] if changed else ()
    parts = [_part(number, place, changes if place == 0 else ()) for place in range(number % 6 + 1)]
    fields: dict[str, Any] = {
        "event_id": (str, Field(pattern="^[0-9a-f]{16}$")),
        "source": (Literal["shop", "store", "app"], Field(description="Where it comes from")),
        f"amount_{number}": (float, Field(ge=0, description="In the currency of the event")),
        "currency": (str, Field(min_length=3, max_length=3)),
        "meta": (dict[str, str], Field(default_factory=dict)),
        "first": (parts[0] | None, None),
    }
    for place, part in enumerate(parts):
        fields[f"parts_{place}"] = (list[part], Field(default_factory=list))  # type: ignore[valid-type]
    if number % 3 == 0:
        union: Any = Annotated[_card(changes) | _transfer(), Field(discriminator="kind")]
        fields["payment"] = (union, Field(description="How it is paid"))
    if "required" in changes:
        fields["tenant"] = (str, Field(description="Whose event it is"))
    if "optional" in changes:
        fields["comment"] = (str | None, Field(default=None, max_length=200))
    if "renamed" in changes:
        fields["money"] = fields.pop("currency")
    if "widened" in changes:
        fields["source"] = (Literal["shop", "store", "app", "kiosk"], ...)
    if number % 4 == 1:
        fields["thread"] = (_thread(changes), Field(description="What was said about it"))
    made: dict[str, Any] = create_model(f"Event{number}", **fields).model_json_schema()
    return made


def _part(number: int, place: int, changes: tuple[str, ...]) -> type[BaseModel]:
    kinds = Literal["a", "b"] if "removed" in changes else Literal["a", "b", "c"]
    fields: dict[str, Any] = {
        "name": (str, Field(min_length=1, max_length=60, description=f"Of part {place}")),
        "kind": (kinds, "a"),
        "quantity": (int, Field(ge=1, le=100 if "tightened" in changes else 1_000 + number)),
        "weight": (float, Field(gt=0, lt=10_000 if "loosened" in changes else 5_000)),
        "position": (tuple[int, int] if "shape" not in changes else tuple[int, int, int], ...),
    }
    if "nullable" in changes:
        fields["name"] = (str | None, Field(max_length=60, min_length=1))
    return create_model(f"Part{place}", **fields)


def _thread(changes: tuple[str, ...]) -> type[BaseModel]:
    class Comment(BaseModel):
        text: str = Field(min_length=1, max_length=500 if "tightened" in changes else 2_000)
        score: int = Field(default=0, ge=-100 if "loosened" in changes else -10)
        replies: list["Comment"] = Field(default_factory=list)

    return Comment


def _card(changes: tuple[str, ...]) -> type[BaseModel]:
    digits = 4 if "tightened" in changes else 6
    fields: dict[str, Any] = {
        "kind": (Literal["card"], ...),
        "number": (str, Field(min_length=4, max_length=digits)),
    }
    return create_model("Card", **fields)


def _transfer() -> type[BaseModel]:
    fields: dict[str, Any] = {"kind": (Literal["transfer"], ...), "iban": (str, ...)}
    return create_model("Transfer", **fields)


CHANGES: tuple[tuple[str, ...], ...] = (
    (),
    ("optional",),
    ("widened", "loosened"),
    ("nullable",),
    ("optional", "loosened", "widened"),
    ("tightened",),
    ("renamed",),
    ("removed", "optional"),
    ("required", "tightened", "removed"),
    ("shape",),
)
