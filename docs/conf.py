"""How Sphinx makes the documentation: ``tox -e docs``."""

from __future__ import annotations

import inspect
import sys
from importlib.metadata import version as installed
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import plugin
from pytest_schema_registry.contracts.contract import Contract
from pytest_schema_registry.contracts.evolution import Evolution
from pytest_schema_registry.contracts.made_payloads import MadePayloads
from pytest_schema_registry.contracts.model_contract import ModelContract
from pytest_schema_registry.plugin.hooks import SchemaRegistryPlugin

if TYPE_CHECKING:
    from collections.abc import Callable

project = "pytest-schema-registry"
author = "The pytest-schema-registry maintainers"
version = release = installed(project)
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}

# Anchors of headings as GitHub makes them, so that links work in both places.
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_copyright = False
html_copy_source = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
add_module_names = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
python_maximum_signature_line_length = 80

#: The fixtures that are functions for a test -> the method that a test calls.
CALLED: dict[str, Callable[..., Any]] = {
    "assert_conforms": Contract.assert_conforms,
    "assert_produces": ModelContract.assert_produces,
    "assert_consumes": ModelContract.assert_consumes,
    "assert_compatible": Evolution.assert_compatible,
    "registry_schema": Contract.schema,
    "conforming_payloads": MadePayloads.conforming,
    "violating_payloads": MadePayloads.violating,
}
#: The fixtures that are values -> their definitions.
VALUES = {
    "registry_version": SchemaRegistryPlugin.registry_version,
    "registry_server": SchemaRegistryPlugin.registry_server,
    "schema_registry": plugin.schema_registry,
}


def _fixtures() -> ModuleType:
    """Return a module that has the fixtures as functions, which autodoc can read."""
    module = ModuleType("fixtures")
    for name, method in CALLED.items():
        _, *parameters = inspect.signature(method).parameters.values()
        signature = inspect.signature(method).replace(parameters=parameters)
        _add(module, name, method.__doc__, signature)
    for name, fixture in VALUES.items():
        returned: str = inspect.signature(fixture).return_annotation
        # A fixture that ends something afterwards yields its value.
        returned = returned.removeprefix("Generator[").removesuffix(", None, None]")
        _add(module, name, fixture.__doc__, inspect.Signature(return_annotation=returned))
    return module


def _add(module: ModuleType, name: str, doc: str | None, signature: inspect.Signature) -> None:
    def function() -> None: ...

    function.__name__ = function.__qualname__ = name
    function.__module__ = module.__name__
    function.__doc__ = doc
    function.__annotations__ = {}  # which autodoc would put in the place of the signature's
    function.__signature__ = signature  # type: ignore[attr-defined]
    setattr(module, name, function)


sys.modules["fixtures"] = _fixtures()
