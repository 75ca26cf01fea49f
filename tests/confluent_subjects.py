"""What the double of a Confluent registry holds, and how each dialect shows it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterable

Dialect = Literal["confluent", "karapace", "axonops"]
Query = dict[str, str]

DEFAULT_CONTEXT = "."
#: A name that has its context in front.
_QUALIFIED = re.compile(r":(\.[^:]*):(.*)", re.DOTALL)


class Subject(NamedTuple):
    context: str
    name: str


class Reference(NamedTuple):
    name: str
    subject: str
    version: int


class Content(NamedTuple):
    """What an id stands for."""

    type: str
    text: str
    references: tuple[Reference, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Version:
    subject: Subject
    number: int
    id: int
    content: Content
    deleted: bool = False


class Refusal(Exception):
    """The answer is an error: its status, and what becomes JSON."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def _error(status: int, code: int, message: str) -> Refusal:
    return Refusal(status, {"error_code": code, "message": message})


class Subjects:
    """The subjects of one registry."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.versions: dict[Subject, list[Version]] = {}
        self.levels: dict[Subject | None, str] = {None: "BACKWARD"}
        self.forbidden: set[Subject] = set()
        self.verdict: tuple[bool, list[str]] | None = None
        self.starting = False
        self._ids: dict[tuple[str, Content], int] = {}

    def subject(self, name: str, context: str = DEFAULT_CONTEXT) -> Subject:
        qualified = _QUALIFIED.fullmatch(name)
        if qualified is None or self.dialect == "karapace":
            return Subject(context, name)
        return Subject(*qualified.groups())

    def _name(self, subject: Subject) -> str:
        if subject.context == DEFAULT_CONTEXT or self.dialect == "axonops":
            return subject.name
        return f":{subject.context}:{subject.name}"

    # Writing.

    def register(self, subject: Subject, content: Content) -> Version:
        """Give the content the next number, unless the subject has it."""
        content = self._accepted(content)
        versions = self.versions.setdefault(subject, [])
        for version in versions:
            if version.content == content and not version.deleted:
                return version
        in_context = [id_ for (context, _), id_ in self._ids.items() if context == subject.context]
        number = self._ids.setdefault((subject.context, content), len(in_context) + 1)
        versions.append(Version(subject, len(versions) + 1, number, content))
        return versions[-1]

    def _accepted(self, content: Content) -> Content:
        if self.dialect != "karapace":
            return content
        if content.references and content.type != "PROTOBUF":
            message = f"Schema references are not supported for '{content.type}' schema type"
            raise _error(422, 44302, message)
        text = content.text
        if content.type != "PROTOBUF":
            text = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
        return content._replace(text=text, metadata=())

    def posted(self, subject: Subject, body: Any) -> Content:
        """The content that a POST holds."""
        if not isinstance(body, dict) or not isinstance(body.get("schema"), str):
            raise _error(422, 42201, "Empty schema")
        content = Content(
            body.get("schemaType") or "AVRO",
            body["schema"],
            tuple(
                Reference(each["name"], each["subject"], each["version"])
                for each in body.get("references") or ()
            ),
            tuple(sorted(((body.get("metadata") or {}).get("properties") or {}).items())),
        )
        try:
            if content.type != "PROTOBUF":
                json.loads(content.text)
        except ValueError:
            raise _error(422, 42201, f"Invalid {content.type} schema") from None
        content = self._accepted(content)
        for reference in content.references:
            referred = self.subject(reference.subject, subject.context)
            known = [version.number for version in self.versions.get(referred, ())]
            if not known or reference.version not in (-1, *known):
                raise _error(422, 42201, f"No schema reference found for {reference.name}")
        return content

    def registered(self, subject: Subject, body: Any) -> dict[str, Any]:
        if self.starting:
            raise _error(500, 50003, "Error while forwarding the request to the master.")
        version = self.register(subject, self.posted(subject, body))
        if self.dialect != "confluent":
            return {"id": version.id}
        shown = self.shown(version)
        return {key: shown[key] for key in shown if key not in ("subject", "ts", "deleted")}

    # Reading.

    def listed(self, context: str, query: Query) -> list[str] | None:
        known = [
            subject
            for subject in self.versions
            if self._present(subject, query) and subject not in self.forbidden
        ]
        prefix = query.get("subjectPrefix", "")
        if self.dialect == "karapace":
            return sorted(subject.name for subject in known)
        if self.dialect == "axonops":
            known = [subject for subject in known if subject.context == context]
        elif context != DEFAULT_CONTEXT:
            prefix = f":{context}:{prefix}"
        names = sorted(name for name in map(self._name, known) if name.startswith(prefix))
        return None if self.dialect == "axonops" and not names and not prefix else names

    def _present(self, subject: Subject, query: Query) -> list[Version]:
        if self.starting:
            return []
        deleted_too = query.get("deleted", "").lower() == "true"
        return [each for each in self.versions.get(subject, ()) if deleted_too or not each.deleted]

    def present(self, subject: Subject, query: Query) -> list[Version]:
        """The versions of a subject: at least one."""
        if subject in self.forbidden and self.dialect != "karapace":
            raise _error(403, 40301, f"User is denied operation Read on {self._name(subject)}")
        versions = self._present(subject, query)
        if not versions or subject in self.forbidden:
            raise _error(404, 40401, f"Subject '{self._name(subject)}' not found.")
        return versions

    def version(self, subject: Subject, number: str, query: Query) -> Version:
        if number in ("latest", "-1"):
            return self.present(subject, query)[-1]
        if not re.fullmatch("[1-9][0-9]*", number):
            message = f"The specified version '{number}' is not a valid version id."
            raise _error(422, 42202, message)
        for version in self.present(subject, query):
            if version.number == int(number):
                return version
        if self.dialect == "axonops" and int(number) <= len(self.versions[subject]):
            raise _error(404, 40406, "Schema version is soft deleted")
        raise _error(404, 40402, f"Version {number} not found.")

    def with_property(self, subject: Subject, query: Query) -> Version:
        wanted = query.get("key", ""), query.get("value", "")
        for version in reversed(self.present(subject, query)):
            if wanted in version.content.metadata:
                return version
        raise _error(404, 40403, "Schema not found")

    def _with_id(self, number: str, context: str, query: Query) -> list[Version]:
        context = self.subject(query.get("subject", ""), context).context
        return [
            version
            for subject, versions in self.versions.items()
            if subject.context == context and subject not in self.forbidden and not self.starting
            for version in versions
            if str(version.id) == number
        ]

    def content_of(self, number: str, context: str, query: Query) -> dict[str, Any]:
        """What is shown of an id, whether or not its versions were deleted."""
        for version in self._with_id(number, context, query):
            shown = self.shown(version)
            left_out = ("subject", "version", "id", "ts", "deleted", "metadata")
            return {key: shown[key] for key in shown if key not in left_out}
        raise _error(404, 40403, f"Schema {number} not found")

    def versions_of(self, number: str, context: str, query: Query) -> list[dict[str, Any]]:
        found = self._with_id(number, context, query)
        if not found and self.dialect != "karapace":
            raise _error(404, 40403, f"Schema {number} not found")
        return [
            {"subject": self._name(version.subject), "version": version.number}
            for version in found
            if version in self._present(version.subject, query)
        ]

    def looked_up(self, subject: Subject, query: Query, body: Any) -> dict[str, Any]:
        versions = self.present(subject, query)
        content = self.posted(subject, body)
        for version in reversed(versions):
            # What the registry was told beside the schema does not make it another one.
            if version.content._replace(metadata=()) == content._replace(metadata=()):
                return self.shown(version)
        raise _error(404, 40403, "Schema not found")

    def level(self, subject: Subject, query: Query) -> dict[str, str]:
        if self.dialect == "karapace" and (subject not in self.versions or self.starting):
            raise _error(404, 40401, f"Subject '{subject.name}' not found.")
        level = self.levels.get(subject)
        if level is None and query.get("defaultToGlobal", "").lower() == "true":
            level = self.levels[None]
        if level is None:
            message = "does not have subject-level compatibility configured"
            raise _error(404, 40408, f"Subject '{self._name(subject)}' {message}")
        return {"compatibilityLevel": level}

    def judged(self, subject: Subject, number: str, query: Query, body: Any) -> dict[str, Any]:
        content = self.posted(subject, body)
        verbose = query.get("verbose", "").lower() == "true"
        try:
            old = self.version(subject, number, query)
        except Refusal as refusal:
            if refusal.body["error_code"] != 40401:
                raise
            if number not in ("latest", "-1") or self.dialect == "karapace":
                raise _error(404, 40402, f"Version {number} not found.") from None
            return {"is_compatible": True}
        level = self.levels.get(subject, self.levels[None])
        compatible, messages = self.verdict or _compatible(old.content, content, level)
        answer: dict[str, Any] = {"is_compatible": compatible}
        if messages and (verbose or self.dialect == "karapace"):
            answer["messages"] = messages
        return answer

    def shown(self, version: Version) -> dict[str, Any]:
        """A version as this server writes it."""
        content = version.content
        shown: dict[str, Any] = {
            "subject": self._name(version.subject),
            "version": version.number,
            "id": version.id,
            "schema": content.text,
        }
        if content.type != "AVRO" or self.dialect == "axonops":
            shown["schemaType"] = content.type
        if content.references:
            shown["references"] = [reference._asdict() for reference in content.references]
        properties = dict(content.metadata)
        if self.dialect == "axonops":
            properties["confluent:version"] = str(version.number)
        if properties:
            shown["metadata"] = {"properties": properties}
        if self.dialect == "confluent":
            shown["guid"] = str(uuid5(NAMESPACE_URL, repr(content)))
            shown["ts"] = 1_750_000_000_000 + version.id
            shown["deleted"] = version.deleted
        return shown


def _compatible(old: Content, new: Content, level: str) -> tuple[bool, list[str]]:
    """Judge by a rule that is easy to foretell: none may require what the other does not."""
    stem = level.removesuffix("_TRANSITIVE")
    added: set[str] = set()
    if stem in ("BACKWARD", "FULL"):
        added |= _required(new) - _required(old)
    if stem in ("FORWARD", "FULL"):
        added |= _required(old) - _required(new)
    return not added, [f"REQUIRED_ATTRIBUTE_ADDED at #/required: {name}" for name in sorted(added)]


def _required(content: Content) -> set[str]:
    schema = None if content.type == "PROTOBUF" else json.loads(content.text)
    names: Iterable[str] = schema.get("required", ()) if isinstance(schema, dict) else ()
    return set(names)
