from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from market_data_core.telemetry import AuditEnvelope, ControlAction, ControlResult

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema


@pytest.mark.registry_schema("telemetry.ControlResult")
class TestControlResult:
    @pytest.mark.parametrize("detail", [None, "", "the pipeline is paused"])
    @pytest.mark.parametrize("status", ["ok", "error"])
    def test_a_result_of_any_status_conforms_with_and_without_detail(
        self, assert_conforms: AssertConforms, status: Literal["ok", "error"], detail: str | None
    ) -> None:
        sent = assert_conforms(ControlResult(status=status, detail=detail))
        assert sent == {"status": status, "detail": detail}

    def test_a_result_of_an_unknown_status_violates_the_contract(
        self, assert_conforms: AssertConforms
    ) -> None:
        with pytest.raises(ContractViolation, match=r"\$\.status\b"):
            assert_conforms({"status": "pending"})


@pytest.mark.registry_schema("telemetry.ControlResult", versions=["v1"])
def test_the_current_release_is_what_a_test_gets_without_asking(
    registry_schema: RegistrySchema,
) -> None:
    assert registry_schema().release == "1.1.2"


@pytest.mark.registry_schema("telemetry.ControlResult", versions=["v1"], release="1.1.0")
class TestOlderRelease:
    def test_an_older_release_is_had_by_asking(self, registry_schema: RegistrySchema) -> None:
        assert registry_schema() == registry_schema(release="1.1.0")
        schema = registry_schema()
        assert (schema.version, schema.release) == ("v1", "1.1.0")
        assert schema.content["properties"]["detail"]["type"] == "string"

    def test_a_consumer_on_the_older_release_cannot_read_a_null_detail(
        self, assert_conforms: AssertConforms
    ) -> None:
        with pytest.raises(ContractViolation, match=r"\$\.detail\b"):
            assert_conforms(ControlResult(status="ok"))

    def test_a_consumer_on_the_older_release_can_read_a_result_with_detail(
        self, assert_conforms: AssertConforms
    ) -> None:
        assert_conforms(ControlResult(status="ok", detail="the pipeline is paused"))


@pytest.mark.registry_schema("telemetry.AuditEnvelope")
class TestAuditEnvelope:
    @pytest.mark.parametrize("action", ControlAction)
    def test_an_audit_of_any_action_conforms(
        self, assert_conforms: AssertConforms, action: ControlAction
    ) -> None:
        audit = AuditEnvelope(
            actor="admin@example.com",
            role="admin",
            action=action,
            result=ControlResult(status="ok"),
            ts=1.0,
        )
        assert assert_conforms(audit)["action"] == action.value

    def test_an_audit_of_an_unknown_action_violates_the_contract(
        self, assert_conforms: AssertConforms
    ) -> None:
        payload = {
            "actor": "admin@example.com",
            "role": "admin",
            "action": "destroy",
            "result": {"status": "ok"},
            "ts": 1.0,
        }
        with pytest.raises(ContractViolation, match=r"\$\.action\b"):
            assert_conforms(payload)

    def test_a_fault_in_the_nested_result_is_pointed_out(
        self, assert_conforms: AssertConforms
    ) -> None:
        payload = {
            "actor": "scheduler",
            "role": "system",
            "action": "reload",
            "result": {"status": "ok", "detail": ["a", "b"]},
            "ts": 1.0,
        }
        with pytest.raises(ContractViolation, match=r"\$\.result\.detail\b"):
            assert_conforms(payload)

    def test_the_registry_knows_exactly_the_actions_of_the_producer(
        self, registry_schema: RegistrySchema
    ) -> None:
        actions = registry_schema().content["$defs"]["ControlAction"]["enum"]
        assert actions == [action.value for action in ControlAction]
