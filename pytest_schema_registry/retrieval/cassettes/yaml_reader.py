"""YAML read with its safe loader, as hostile as a file may be.

Imported only for a cassette that is not as we wrote it.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer

NotYAML = yaml.YAMLError


def load(raw: bytes) -> Any:
    """The data in a file, in bounded memory.

    Raises:
        NotYAML: It is not YAML.
        ValueError, LookupError, AttributeError, OverflowError, RecursionError: It has a date, a
            number or a truth value that YAML's own constructors cannot read, or is nested too
            deeply.
    """
    return yaml.load(raw, Loader=_Loader)  # noqa: S506  # a safe loader


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two bases
    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.anchors: dict[str, yaml.Node] = {}

    # libyaml's own composer recurses without a bound: a file of brackets kills the process.
    get_single_node = Composer.get_single_node
    compose_document = Composer.compose_document
    compose_node = Composer.compose_node
    compose_scalar_node = Composer.compose_scalar_node
    compose_sequence_node = Composer.compose_sequence_node
    compose_mapping_node = Composer.compose_mapping_node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave ``<<`` alone: merging copies, and nine nested merges of ten fill the memory."""
