"""The display of a schema for people: its fields with their types and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.text import MAX_LISTED, listed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
    "pattern": "matching {}",
}
_MAX_DEPTH = 6
#: Alternatives and items are shown in one line, so fewer of their levels are shown.
_MAX_TYPE_DEPTH = 3
#: A definition whose fields take no more lines is shown again wherever it is used.
_SHORT = 10


def display(schema: Schema) -> Iterator[str]:
    """Yield the lines that show a schema.

    Args:
        schema: The schema.
    """
    deprecated = "no"
    if schema.deprecated:
        deprecated = f"yes: {schema.deprecation_note}" if schema.deprecation_note else "yes"
    content = schema.content
    yield printable(schema.label)
    for label, value in (
        ("release", schema.release or "not stated"),
        ("deprecated", deprecated),
        ("digest", schema.digest[:8]),
        ("from", schema.origin),
        ("chosen", schema.reason),
    ):
        if value:
            yield printable(f"  {label:<12}{value}")
    yield ""
    fields = list(_Fields(content).of(content, ()))
    if not fields:
        yield printable(f"  {_type(content, content)}")
    width = max((len(name) for name, _, _ in fields), default=0)
    for name, required, text in fields:
        yield printable(f"  {name:<{width}}  {'required' if required else 'optional'}  {text}")


class _Fields:
    """The fields of a schema, where a long or recursive definition is shown only once.

    Otherwise a schema whose definitions refer to each other could have more lines than fit on a
    disk.

    Args:
        root: The schema.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        #: By a definition's ``id()``: the path of the field that shows its fields, and the number
        #: of lines that they take. The number is None until all are shown.
        self._shown: dict[int, tuple[str, int | None]] = {}

    def of(self, node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, bool, str]]:
        """Yield the fields of an object and, after each, the fields below it.

        A field is its name, whether it is required, and its type in words.

        Args:
            node: The schema of the object.
            path: The names of the fields that lead to it.
        """
        node, root = _target(node, self._root), self._root
        if not isinstance(node, dict) or len(path) > _MAX_DEPTH:
            return
        self._shown.setdefault(id(node), (".".join(path), None))
        count, indent = 0, "  " * len(path)
        properties, required = node.get("properties"), node.get("required")
        for name, rule in properties.items() if isinstance(properties, dict) else ():
            inner = _inner(rule, root)
            above, length = self._shown.get(id(inner), ("", 0))
            is_shown = id(inner) in self._shown and (length is None or length > _SHORT)
            hint = f", with the fields of {above or 'the whole'}" if is_shown else ""
            wanted = isinstance(required, list) and name in required
            yield indent + name, wanted, _type(rule, root) + hint
            count += 1
            for line in () if is_shown else self.of(inner, (*path, name)):
                yield line
                count += 1
        if node.get("additionalProperties") is False:
            yield indent + "(others)", False, "not allowed"
            count += 1
        self._shown[id(node)] = self._shown[id(node)][0], count


def _inner(rule: Any, root: Any) -> Any:
    """Return the schema of a field's value, or of its items where it is an array."""
    node = _target(rule, root)
    if isinstance(node, dict) and isinstance(node.get("items"), dict):
        return _target(node["items"], root)
    return node


def _type(rule: Any, root: Any, depth: int = 0) -> str:
    if not isinstance(rule, dict):
        return "anything" if rule is True else "nothing"
    if depth > _MAX_TYPE_DEPTH:
        return "..."
    node = _target(rule, root)
    if not isinstance(node, dict):
        return str(rule.get("$ref", "anything"))
    parts = [_kind(node, root, depth + 1)]
    if isinstance(node.get("format"), str):
        parts.append(f"in the format {node['format']}")
    parts += [
        text.format(shown(node[key])) for key, text in _LIMITS.items() if node.get(key) is not None
    ]
    if "default" in rule:
        parts.append(f"default {shown(rule['default'])}")
    if rule.get("deprecated") is True:
        parts.append("deprecated")
    return ", ".join(parts)


def _kind(node: dict[str, Any], root: Any, depth: int) -> str:
    if isinstance(node.get("enum"), list):
        values = node["enum"]
        return listed([shown(each) for each in values[:MAX_LISTED]], more=len(values[MAX_LISTED:]))
    if "const" in node:
        return shown(node["const"])
    for keyword, joint in (("anyOf", "or"), ("oneOf", "or"), ("allOf", "and")):
        if isinstance(node.get(keyword), list):
            branches = node[keyword]
            first = [_type(branch, root, depth) for branch in branches[:MAX_LISTED]]
            return listed(first, joint, more=len(branches[MAX_LISTED:]))
    # `_target` has followed references within the schema: this one leads to another schema.
    other = node.get("$ref", "anything")
    kind = node.get("type", "object" if "properties" in node else other)
    if kind == "array" and "items" in node:
        return f"array of {_type(node['items'], root, depth)}"
    if kind == "object" and isinstance(node.get("additionalProperties"), dict):
        return f"object of {_type(node['additionalProperties'], root, depth)}"
    return listed([str(each) for each in kind]) if isinstance(kind, list) else str(kind)


def _target(rule: Any, root: Any) -> Any:
    """Follow the references of a rule within the schema, and return the target.

    A rule without such a reference is its own target. A missing target is None.
    """
    for _ in range(_MAX_DEPTH):
        reference = rule.get("$ref") if isinstance(rule, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return rule
        target = root
        for step in reference.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            target = target.get(name) if isinstance(target, dict) else None
        rule = target
    return rule
