from __future__ import annotations

import jsonschema_rs
import pytest
from jsonschema import validators

from pytest_schema_registry.schema_types.json_schema.drafts import (
    DRAFTS,
    LATEST,
    METASCHEMAS,
    draft_numbered,
    draft_of,
    number_of,
)
from pytest_schema_registry.schema_types.json_schema.keywords import SILENT, keywords_of
from pytest_schema_registry.settings import DRAFTS as NAMES


def test_the_drafts_of_the_settings_are_those_of_the_table() -> None:
    assert tuple(METASCHEMAS) == NAMES


@pytest.mark.parametrize("draft", DRAFTS)
def test_both_engines_know_a_draft_by_its_meta_schema(draft: object) -> None:
    assert isinstance(draft, type(LATEST))
    stated = {"$schema": draft.metaschema}
    digits = draft.name.replace("-", "")
    assert jsonschema_rs.validator_cls_for(stated).__name__ == f"Draft{digits}Validator"
    assert validators.validator_for(stated).__name__ == f"Draft{digits}Validator"
    assert draft_of(stated) == draft.number == number_of(draft.name)
    assert draft_numbered(draft.number) is draft


@pytest.mark.parametrize("schema", [True, {}, {"$schema": 5}, {"$schema": "https://own.example/1"}])
def test_a_schema_that_states_no_draft_is_of_the_latest(schema: object) -> None:
    assert draft_of(schema) == LATEST.number


def test_a_keyword_that_never_refuses_a_value_is_one_of_some_draft() -> None:
    assert keywords_of(4) | keywords_of(2019) | keywords_of(2020) >= SILENT
