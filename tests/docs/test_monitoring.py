"""docs/monitoring.md, its dashboard and its alerts are about the metrics that the code writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pytest_schema_registry import errors
from pytest_schema_registry.reporting.metrics import ACTIONS, MODES, OUTCOMES, exposition
from tests.docs.pages import ROOT, page
from tests.local_registry import ORDER
from tests.pages import small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("monitoring").text
DASHBOARD = json.loads((ROOT / "docs/grafana/contracts.json").read_text(encoding="utf-8"))
STEPS, RULES = page("monitoring").blocks("yaml")
ALERTS = yaml.safe_load(RULES)["groups"][0]["rules"]
#: Metrics of others: the Pushgateway writes it.
FOREIGN = {"push_time_seconds"}
#: The labels that Prometheus adds, and those of an expression itself.
ADDED = {"job"}

EXPOSITION = exposition(small().figures, cache_size=3)
FAMILIES = list(text_string_to_metric_families(EXPOSITION))
LABELS: dict[str, set[str]] = {}
for family in FAMILIES:
    for sample in family.samples:
        LABELS.setdefault(sample.name, set()).update(sample.labels)
QUERIES = [
    (panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
]
EXPRESSIONS = [*QUERIES, *((rule["alert"], rule["expr"]) for rule in ALERTS)]


def names_in(expression: str) -> set[str]:
    """The metrics of an expression: each name before a brace, a parenthesis or an end."""
    words = re.sub(r"\{[^}]*\}|by \([^)]*\)|\"[^\"]*\"", " ", expression)
    return set(re.findall(r"\b[a-z]+_[a-z_]+\b(?!\s*\()", words))


def without_variables(expression: str) -> str:
    """An expression as Grafana asks for it where all is chosen."""
    return re.sub(r"\$\w+", ".*", expression)


def test_the_dashboard_asks_for_each_metric_and_for_no_other() -> None:
    asked = set().union(*(names_in(expression) for _, expression in QUERIES))
    assert asked == set(LABELS)


def test_the_alerts_ask_for_metrics_that_there_are() -> None:
    asked = set().union(*(names_in(rule["expr"]) for rule in ALERTS))
    assert asked <= set(LABELS) | FOREIGN


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS)
def test_an_expression_has_only_labels_of_its_metrics(title: str, expression: str) -> None:
    names = names_in(expression) - FOREIGN
    have = set.intersection(*(LABELS[name] for name in names)) if names else set()
    grouped = re.findall(r"by \(([^)]*)\)", expression)
    selected = re.findall(r"(\w+)=~?\"", expression)
    asked = {label.strip() for group in grouped for label in group.split(",")} | {*selected}
    assert asked <= have | ADDED, title


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS)
def test_an_expression_is_promql(title: str, expression: str) -> None:
    parser = pytest.importorskip("promql_parser", reason="not installed: promql-parser")
    assert parser.parse(without_variables(expression)), title


@pytest.mark.parametrize("query", [each["query"] for each in DASHBOARD["templating"]["list"]])
def test_a_variable_of_the_dashboard_asks_for_a_label_that_there_is(query: Any) -> None:
    if query == "prometheus":
        return
    (found,) = re.findall(r"label_values\((\w+).*, (\w+)\)", query["query"])
    name, label = found
    assert label in LABELS[name] | ADDED


def test_grafana_knows_each_member_of_the_dashboard() -> None:
    reason = "not installed: grafana-foundation-sdk"
    models = pytest.importorskip("grafana_foundation_sdk.models.dashboard", reason=reason)
    encoder = pytest.importorskip("grafana_foundation_sdk.cog.encoder", reason=reason)
    plugins = pytest.importorskip("grafana_foundation_sdk.cog.plugins", reason=reason)
    plugins.register_default_plugins()
    known = models.Dashboard.from_json(DASHBOARD)  # it passes over what it does not know
    assert within(DASHBOARD, json.loads(encoder.JSONEncoder().encode(known)))


def within(ours: Any, known: Any) -> bool:
    """Check that a document has all of another one: more members are defaults."""
    if isinstance(ours, dict):
        return all(key in known and within(ours[key], known[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(known) and all(map(within, ours, known))
    return bool(ours == known)


def test_each_panel_has_a_place_and_a_number_of_its_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24


# The page


def test_the_table_has_each_metric_with_its_labels() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    told = {
        name: ({*re.findall(r"`(\w+)`", labels)}, documentation)
        for name, labels, documentation in rows
    }
    assert told == {
        f"{family.name}_total" if family.type == "counter" else family.name: (
            set().union(*(sample.labels for sample in family.samples)),
            family.documentation,
        )
        for family in FAMILIES
    }


def test_the_values_of_labels_are_those_of_the_code() -> None:
    lines = re.findall(r"^- `(outcome|mode|severity|error_type)`(.+)$", PAGE, re.MULTILINE)
    told = {label: re.findall(r"`(\w+)`", text) for label, text in lines}
    assert told["outcome"] == list(OUTCOMES)
    assert told["mode"] == list(MODES)
    pairs = zip(told["severity"][1::2], told["severity"][2::2], strict=True)
    assert [*pairs] == [(severity, action) for action, (severity, _) in ACTIONS.items()]
    (error,) = told["error_type"]
    assert hasattr(errors, error)


@contextmanager
def pushgateway() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A server that takes figures: its address, and the requests so far."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            requests.append((self.command, self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", requests
        finally:
            server.shutdown()
            thread.join()


def test_the_figures_of_a_run_get_to_a_pushgateway(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("needs the commands curl and bash")
    test, send = yaml.safe_load(STEPS)
    contracts = pytester.mkpydir("tests") / "contracts"
    contracts.mkdir()
    (contracts / "test_order.py").write_text(
        f'def test_order(assert_conforms): assert_conforms({{"id": "a"}}, "{ORDER}")'
    )
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", local_registry.url)
    program, *arguments = test["run"].split()
    assert program == "pytest"
    run(*arguments).assert_outcomes(passed=1, failed=1)
    assert send["if"] == "always()"
    with pushgateway() as (url, requests):
        monkeypatch.setenv("PUSHGATEWAY_URL", url)
        subprocess.run(["bash", "-e", "-c", send["run"]], check=True, cwd=pytester.path)
    ((method, path, body),) = requests
    assert (method, path) == ("PUT", "/metrics/job/contract-tests")
    assert {family.name for family in text_string_to_metric_families(body)} == {
        family.name for family in FAMILIES
    }
    (asked, given) = re.findall(r"metrics/job/([\w-]+)|push_time_seconds\{job=\"([\w-]+)\"", PAGE)
    assert asked[0] == given[1]


# By Prometheus' own tool


@pytest.fixture
def promtool() -> str:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("needs the promtool command (apt-get install prometheus)")
    return tool


def test_prometheus_finds_nothing_wrong_with_the_metrics(promtool: str) -> None:
    command = [promtool, "check", "metrics"]
    result = subprocess.run(command, input=EXPOSITION, capture_output=True, text=True, check=True)
    assert result.stdout + result.stderr == ""


def test_prometheus_raises_each_alert(promtool: str, tmp_path: Path) -> None:
    (tmp_path / "contracts.rules.yml").write_text(RULES)
    series = [
        {"series": re.sub(r"(\w+)(\{.*\})?", with_job, name, count=1), "values": f"{value}x5000"}
        for name, value in re.findall(r"^(schema_.+) (\S+)$", EXPOSITION, re.MULTILINE)
    ]
    series.append({"series": 'push_time_seconds{job="contract-tests"}', "values": "0x5000"})
    labels = {"job": "contract-tests"}
    expected = {
        "ContractViolated": {"schema": "orders.Order", "severity": "warning"},
        "ContractNotChecked": {
            "schema": "users.User",
            "error_type": "SchemaNotFound",
            "severity": "warning",
        },
        "RegistrySlow": {"severity": "info"},
        "ContractTestsMissing": {"severity": "warning"},
    }
    said = {
        "ContractViolated": "payloads that violate orders.Order: 1",
        "ContractNotChecked": "users.User could not be checked: SchemaNotFound",
        "RegistrySlow": "one request in twenty takes 28s or longer",
        "ContractTestsMissing": "the contract tests have sent no figures for 3d 0h 0m 0s",
    }
    assert list(expected) == [rule["alert"] for rule in ALERTS]
    alerts = [
        {
            "eval_time": "3d",
            "alertname": name,
            "exp_alerts": [
                {"exp_labels": labels | expected[name], "exp_annotations": {"summary": said[name]}}
            ],
        }
        for name in expected
    ]
    tests = {
        "rule_files": ["contracts.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": alerts}],
    }
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
    command = [promtool, "test", "rules", "tests.yml"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def with_job(match: re.Match[str]) -> str:
    name, labels = match.groups()
    inside = f"{labels[1:-1]}," if labels else ""
    return f'{name}{{{inside}job="contract-tests"}}'
