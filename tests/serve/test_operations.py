"""Health, readiness, numbers, and the description."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from served_models import context_of, queue_of, served

from qconf import FeedbackStore

HOUSE = {"area": 100, "zone": "a"}


def test_metrics_count_what_was_done(tmp_path: Path) -> None:
    """Requests by route, rows, feedback by reason, explanations, cases of the store."""
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(queue_of(3))
        with served(store) as client:
            asked = {"rows": [HOUSE, {"area": 1}], "explain": True}
            told = client.post("/estimates", json=asked).json()["estimates"]
            said = {"who": "ann", "reason": "condition"}
            client.post(f"/estimates/{told[0]['id']}/feedback", json=said)
            client.post("/review/1/decision", json={"who": "ann", "reason": "fine"})
            client.get("/healthz", headers={"host": "evil.example"})
            text = client.get("/metrics").text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["qconf_requests_total", "/estimates", "200", "POST"] == 1
    assert found["qconf_rows_total", "scored"] == 1
    assert found["qconf_rows_total", "refused"] == 1
    assert found["qconf_feedback_total", "condition"] == 1
    assert found["qconf_decisions_total", "fine"] == 1
    assert found["qconf_explanation_seconds_count",] == 1
    assert found["qconf_cases", "open"] == 2
    assert found["qconf_cases", "decided"] == 1
    assert found["qconf_refusals_total", "421"] == 1


def test_a_service_whose_store_is_gone_is_not_ready(tmp_path: Path) -> None:
    """It lives all the same, and says so."""
    with served(tmp_path / "a.db") as client:
        assert client.get("/readyz").json()["status"] == "ready"
        for name in tmp_path.glob("a.db*"):
            name.unlink()
        context_of(client).store.close()  # connections that are open would see the old file
        sqlite3.connect(tmp_path / "a.db").close()
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_the_description_names_what_there_is(tmp_path: Path) -> None:
    """Every address of JSON, the inputs of the model, and problems; no page."""
    with served(tmp_path / "a.db") as client:
        told = client.get("/openapi.json").json()
    assert sorted(told["paths"]) == [
        "/estimates", "/estimates/{estimate_id}", "/estimates/{estimate_id}/feedback", "/healthz",
        "/metrics", "/readyz", "/review", "/review/{case_id}", "/review/{case_id}/decision",
        "/review/{case_id}/lock", "/review/{case_id}/release", "/summary",
    ]  # fmt: skip
    rows = told["components"]["schemas"]["RowsAsked"]["properties"]["rows"]
    assert "`area` (numbers)" in rows["description"]
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            content = one["responses"]["422"]["content"]
            assert list(content) == ["application/problem+json"], (path, method)
