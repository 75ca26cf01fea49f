"""A reader of YAML with its safe loader, for files that may be hostile.

It is imported only for a cassette that is not in the layout that we write.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer

NotYAML = yaml.YAMLError


def load(raw: bytes) -> Any:
    """Read the data in a file, in bounded memory.

    Raises:
        NotYAML: The file is not YAML.
        ValueError, LookupError, AttributeError, OverflowError, RecursionError: The file has a date,
            a number or a truth value that YAML's own constructors cannot read, or is nested too
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
        """Merge no ``<<``: merging copies, and nine levels of ten merges each fill the memory."""
