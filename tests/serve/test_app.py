"""The service as clients see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import saved_models
from starlette.testclient import TestClient

import qconf


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = qconf.create_app(saved_models.fitted("model-probabilities"), tmp_path / "feedback.db")
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


def rows(n: int) -> list[dict[str, Any]]:
    import json

    table = saved_models.new_rows(n)
    table["grade"] = table["grade"].astype(str)
    return json.loads(table.to_json(orient="records", date_format="iso"))


def test_posted_rows_are_scored_kept_and_found_again(client: TestClient) -> None:
    """An estimate is what `score` says, and is found by its id."""
    told = client.post("/estimates", json={"rows": rows(3), "explain": True})
    assert told.status_code == 200, told.text
    one = told.json()["estimates"][0]
    found = client.get(f"/estimates/{one['id']}").json()
    assert found["estimate"] == one["estimate"]
    given = client.post(
        f"/estimates/{one['id']}/feedback",
        json={"who": "ann", "reason": "wrong_input", "corrected": {"area": 120.0}},
    )
    assert given.status_code == 201, given.text
    assert given.json()["correction"]["after"]["prediction"] != one["estimate"]["prediction"]
    assert client.get("/estimates/none").status_code == 404
