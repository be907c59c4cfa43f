"""Estimates and feedback, as programs ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI
from saved_models import fitted, new_rows
from served_models import BASE, context_of, rows, served, small_model
from sqlalchemy import func, select
from starlette.testclient import TestClient

import qconf
from qconf import FeedbackStore
from qconf.errors import OptionError
from qconf.review.row_keys import row_keys
from qconf.review.store.tables import ESTIMATES
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import score_frame
from qconf.serve.limits import Limits
from qconf.tables.schema import Schema

HOUSE = {"area": 100, "zone": "a"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service of a small model."""
    with served(tmp_path / "a.db") as client:
        yield client


def ask(client: TestClient, *asked: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Return what is told of rows."""
    answer = client.post("/estimates", json={"rows": list(asked), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["model-probabilities", "model-log", "model", "given"])
def test_an_estimate_is_what_score_says_to_the_last_bit(tmp_path: Path, name: str) -> None:
    """Value, error, range and the rest, row by row, also of levels never seen and of gaps."""
    model, asked = fitted(name), rows(12)
    with served(tmp_path / "a.db", model) as client:
        told = ask(client, *asked)
    table = new_rows(12).assign(grade=lambda one: one["grade"].astype(str))
    scored = score_frame(model, Schema.of_model(model), table, Decisions())
    expected = iter(scored.batch.to_pylist())
    for at, one in enumerate(told):
        if at in scored.reasons:
            assert one == {"problem": scored.reasons[at]}
        else:
            row = next(expected)
            row = {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in row.items()}
            assert one["estimate"] == row


def test_a_kept_estimate_is_found_by_its_id_as_it_was_told(client: TestClient) -> None:
    """Inputs, estimate and the model; no id that is not one finds anything."""
    (one,) = ask(client, {**HOUSE, "colour": "red"})
    found = client.get(f"/estimates/{one['id']}").json()
    assert found["inputs"] == HOUSE
    assert found["estimate"] == one["estimate"]
    assert found["explanation"] is None
    assert found["feedback"] == []
    assert found["model"] == client.get("/readyz").json()["model"]
    assert client.get("/estimates/x").status_code == 404


def test_an_explanation_is_that_of_explain_and_is_kept(client: TestClient) -> None:
    """With reasons and comparables, which stay though nobody asks again."""
    (one,) = ask(client, HOUSE, explain=True)
    told = one["explanation"]
    assert {row["property"] for row in told["inputs"]} == set(HOUSE)
    assert len(told["comparables"]["comparables"]) == 5
    assert told["score"] == one["estimate"]
    frame = pd.DataFrame([HOUSE])
    found = qconf.explain_error(small_model(), frame)
    assert told["error"]["in_words"] == found.in_words()
    known = qconf.comparables(small_model(), frame, target="price")
    labels = [str(1 + int(sale)) for sale in known.table["sale"]]
    assert [sale["sale"] for sale in told["comparables"]["comparables"]] == labels
    assert client.get(f"/estimates/{one['id']}").json()["explanation"] == told


def test_rows_that_cannot_be_scored_say_why_and_others_are_scored(client: TestClient) -> None:
    """A word for a number, a number for a word, an input that is not there, and too long a one."""
    told = ask(
        client, HOUSE, {"area": "100", "zone": "a"}, {"area": 1, "zone": 7}, {"area": 1},
        {"area": 1, "zone": "x" * 5000}, {"area": None, "zone": None}, {"area": True, "zone": "a"},
    )  # fmt: skip
    assert [sorted(one) for one in told] == [
        ["estimate", "id"], *[["problem"]] * 4, ["estimate", "id"], ["estimate", "id"],
    ]  # fmt: skip
    assert told[1]["problem"] == "The input 'area' must be a finite number; got '100'."
    assert told[2]["problem"] == "The input 'zone' must be text, as it was in the fit; got 7."
    assert told[3]["problem"] == "The row has no 'zone'; where it is not known, say null."


def test_ids_of_rows_are_their_keys(tmp_path: Path) -> None:
    """A field that the model does not know, and that each row must have."""
    with served(tmp_path / "a.db", key="house") as client:
        told = ask(client, {**HOUSE, "house": 7}, HOUSE, {**HOUSE, "house": " "})
        assert [sorted(one) for one in told] == [["estimate", "id"], ["problem"], ["problem"]]
        found = client.get(f"/estimates/{told[0]['id']}").json()
        assert (found["row_key"], found["key_columns"]) == ("7", ["house"])
    with pytest.raises(OptionError, match="'area' is an input"):
        qconf.create_app(small_model(), tmp_path / "b.db", key="area")


def test_the_key_of_a_row_is_that_of_a_queue(client: TestClient) -> None:
    """The same house, in a file and in JSON, is the same row."""
    (one,) = ask(client, {"zone": "a", "area": 100.0})
    found = client.get(f"/estimates/{one['id']}").json()
    assert [found["row_key"]] == row_keys(pd.DataFrame([HOUSE]), ["area", "zone"], is_id=False)


def test_a_correction_is_applied_at_once(client: TestClient) -> None:
    """The estimate as it was and as it is, and what the corrected row has by itself."""
    (one,) = ask(client, HOUSE)
    said = {"who": "ann", "reason": "wrong_input", "corrected": {"area": 50}, "text": "half"}
    given = client.post(f"/estimates/{one['id']}/feedback", json=said)
    assert given.status_code == 201, given.text
    told = given.json()["correction"]
    assert told["inputs"] == {"area": [100, 50]}
    assert told["before"] == one["estimate"]
    (alone,) = ask(client, {"area": 50, "zone": "a"})
    assert told["after"] == alone["estimate"]
    assert client.get(f"/estimates/{told['after_id']}").json()["inputs"] == {**HOUSE, "area": 50}
    (kept,) = client.get(f"/estimates/{one['id']}").json()["feedback"]
    assert (kept["who"], kept["corrected"], kept["text"]) == ("ann", {"area": 50}, "half")


def test_what_cannot_be_scored_once_corrected_is_kept_and_says_so(client: TestClient) -> None:
    """People may say what the model cannot read."""
    (one,) = ask(client, HOUSE)
    said = {"who": "ann", "reason": "wrong_input", "corrected": {"area": "big"}}
    told = client.post(f"/estimates/{one['id']}/feedback", json=said).json()["correction"]
    assert told["after"] is None
    assert told["problem"] == "The input 'area' must be a finite number; got 'big'."


def test_the_same_feedback_twice_counts_once(client: TestClient) -> None:
    """By its idempotency key, which is good for one submission only."""
    (one,) = ask(client, HOUSE)
    path, said = f"/estimates/{one['id']}/feedback", {"who": "ann", "reason": "condition"}
    key = {"Idempotency-Key": "abc"}
    first, again = (client.post(path, json=said, headers=key) for _ in range(2))
    assert first.json() == again.json()
    other = client.post(path, json={**said, "text": "more"}, headers=key)
    assert other.status_code == 409
    assert len(client.get(f"/estimates/{one['id']}").json()["feedback"]) == 1


def test_the_same_correction_twice_is_kept_once(client: TestClient) -> None:
    """Sent again, or at the same time, it finds the new estimate; another feedback has its own."""
    (one,) = ask(client, HOUSE, explain=True)
    path = f"/estimates/{one['id']}/feedback"
    said = {"who": "ann", "reason": "wrong_input", "corrected": {"area": 50}}

    def send(key: str) -> Any:
        return client.post(path, json=said, headers={"Idempotency-Key": key}).json()

    before = n_estimates(client)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(send, ["abc"] * 8))
    assert all(answer == told[0] for answer in [*told, send("abc")])
    assert n_estimates(client) == before + 1
    after = client.get(f"/estimates/{told[0]['correction']['after_id']}").json()
    assert after["estimate"] == told[0]["correction"]["after"]
    assert after["explanation"] is not None
    other = send("def")
    assert other["correction"]["after_id"] != told[0]["correction"]["after_id"]
    assert other["correction"]["after"] == told[0]["correction"]["after"]
    assert n_estimates(client) == before + 2


def n_estimates(client: TestClient) -> int:
    """Count the estimates of a store."""
    store = context_of(client).store
    with store._reading() as connection:
        return int(connection.execute(select(func.count()).select_from(ESTIMATES)).scalar_one())


@pytest.mark.parametrize(
    "said",
    [
        {"reason": "condition"},
        {"who": " ", "reason": "condition"},
        {"who": "ann", "reason": "dislike"},
        {"who": "ann", "reason": "condition", "own_value": "1e5"},
        {"who": "ann", "reason": "condition", "text": "x" * 4001},
        {"who": "ann", "reason": "condition", "text": "a\0b"},
        {"who": "ann", "reason": "condition", "corrected": {"area": [1]}},
        {"who": "ann", "reason": "condition", "comparables": ["a"] * 21},
        {"who": "ann", "reason": "condition", "admin": True},
        {"who": "\ud800", "reason": "condition"},
        [],
    ],
)
def test_feedback_that_breaks_a_rule_is_told_and_not_kept(client: TestClient, said: Any) -> None:
    """With the status of something that cannot be processed, and a line."""
    (one,) = ask(client, HOUSE)
    answer = client.post(
        f"/estimates/{one['id']}/feedback", content=json.dumps(said),
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "\n" not in answer.json()["detail"]
    assert client.get(f"/estimates/{one['id']}").json()["feedback"] == []


def test_an_input_that_an_estimate_has_not_is_not_found(client: TestClient) -> None:
    """And nothing is kept of what was said."""
    (one,) = ask(client, HOUSE)
    said = {"who": "ann", "reason": "wrong_input", "corrected": {"lot": 1}}
    answer = client.post(f"/estimates/{one['id']}/feedback", json=said)
    assert answer.status_code == 404
    assert "no input 'lot'" in answer.json()["detail"]
    assert client.get(f"/estimates/{one['id']}").json()["feedback"] == []


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    """Of a request, and sooner of one that asks for explanations."""
    limits = Limits(rows=3, explained_rows=1)
    with served(tmp_path / "a.db", limits=limits) as client:
        assert len(ask(client, HOUSE, HOUSE, HOUSE)) == 3
        told = client.post("/estimates", json={"rows": [HOUSE] * 4})
        assert told.status_code == 422
        told = client.post("/estimates", json={"rows": [HOUSE] * 2, "explain": True})
        assert told.status_code == 413
        assert client.post("/estimates", json={"rows": []}).status_code == 422


def test_several_clients_are_answered_each_its_own(tmp_path: Path) -> None:
    """However their rows are put together: 40 at once, each of a house of its own."""
    with served(tmp_path / "a.db") as client, ThreadPoolExecutor(20) as pool:
        areas = [50 + i for i in range(40)]
        told = list(pool.map(lambda area: ask(client, {"area": area, "zone": "b"})[0], areas))
        alone = [ask(client, {"area": area, "zone": "b"})[0]["estimate"] for area in areas]
    assert [one["estimate"] for one in told] == alone
    assert len({one["id"] for one in told}) == 40


def test_an_application_can_be_mounted_in_another(tmp_path: Path) -> None:
    """At an address of its own; so can its pages."""
    app = FastAPI()
    app.mount("/avm", qconf.create_app(small_model(), tmp_path / "a.db"))
    with TestClient(app, base_url=BASE) as client:
        told = client.post("/avm/estimates", json={"rows": [HOUSE]})
        assert told.status_code == 200
        name = told.json()["estimates"][0]["id"]
        page = client.get(f"/avm/estimates/{name}", headers={"accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert "path=/avm" in page.headers["set-cookie"].lower()


def test_a_store_that_is_none_and_a_model_that_is_none_are_told(tmp_path: Path) -> None:
    """In a line, before anything is served."""
    (tmp_path / "a.txt").write_text("hello, this is no store of anything at all " * 10)
    with pytest.raises(qconf.QconfError, match="no store of qconf"):
        qconf.create_app(small_model(), tmp_path / "a.txt")
    with pytest.raises(qconf.QconfError, match=r"a\.txt"):
        qconf.create_app(tmp_path / "a.txt", tmp_path / "b.db")
    with pytest.raises(OptionError, match="at least 16 characters"):
        qconf.create_app(small_model(), tmp_path / "b.db", token="short")  # noqa: S106 - none
    with pytest.raises(OptionError, match="needs a token"):
        qconf.create_app(small_model(), tmp_path / "b.db", hosts=None)


def test_a_store_that_is_open_is_served_too(tmp_path: Path) -> None:
    """And stays the caller's."""
    with FeedbackStore(tmp_path / "a.db") as store:
        with served(store) as client:
            ask(client, HOUSE)
        assert store.counts()["feedback"] == 0
