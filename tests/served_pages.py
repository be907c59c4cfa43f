"""A service with houses, a queue, and what people said: what the tests of pages share."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from starlette.testclient import TestClient

import qconf
from qconf import ConfidentRegressor, FeedbackStore, review_queue
from qconf.saving.card import ModelCard
from qconf.saving.fingerprint import fingerprint_of

__all__ = ["HOSTILE", "PAGE", "Pages", "houses", "kept_model", "queued", "row"]

#: What a browser asks for.
PAGE = {"accept": "text/html,application/xhtml+xml"}
#: What must stay text wherever it is shown.
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}&amp;\u202e"
COLUMNS = ["area", "lot", "rooms", "built", "zone", "sold"]


def houses(n: int, seed: int) -> pd.DataFrame:
    """Make sales of houses; what the lot says of zone c is noise."""
    rng = np.random.default_rng(seed)
    zone = rng.choice(np.array(["a", "b", "c"], dtype=object), n)
    area = rng.normal(140, 35, n).clip(50).round()
    noise = rng.normal(scale=np.select([zone == "a", zone == "b"], [0.05, 0.1], 0.25))
    return pd.DataFrame(
        {
            "house": [f"h{seed}-{i}" for i in range(n)],
            "area": area,
            "lot": rng.integers(300, 1200, n).astype(float),
            "rooms": (area / 30).round().astype(int),
            "built": rng.integers(1900, 2020, n),
            "zone": zone,
            "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, n), "D"),
            "price": (3000 * area * np.exp(noise)).round(-2),
        }
    )


@cache
def _model() -> ConfidentRegressor:
    table = houses(600, 0)
    made = ConfidentRegressor(
        confidence="forest", error="log", probabilities=True, keep_sales=True, random_state=0
    )
    return made.fit(table[COLUMNS], table["price"])


def kept_model(folder: Path) -> Path:
    """Keep a model as a file, with what there is to know of it."""
    path, model = folder / "houses.qconf", _model()
    known = fingerprint_of(model, [])
    assert known is not None
    promise = {
        "model": known.digest, "limit": 0.05, "coverage": 0.61, "cut_off": 0.12,
        "in_words": "At most 5 % outliers among the accepted.",
    }  # fmt: skip
    card = ModelCard(
        target="price", threshold=0.2, n_rows=600, fitted="2026-11-01T10:00:00+00:00",
        figures={"certificate": promise},
    )  # fmt: skip
    qconf.save(model, path, card=card)
    return path


def queued(model: Path, store: FeedbackStore, n: int = 8) -> list[int]:
    """Queue some sales, one in nine of them with the lot of another and a quarter of its price."""
    sales = houses(90, 1)
    sales.loc[::9, "price"] /= 4
    made = review_queue(
        model, sales, truth="price", key="house", n=n, explain=True, random_share=0.5
    )
    return store.add_queue(made)


def row(**changes: Any) -> dict[str, Any]:
    """Return one house as JSON has it."""
    told = {"area": 140, "lot": 620, "rooms": 5, "built": 1985, "zone": "a", "sold": "2025-06-01"}
    return {"house": "h9", **told, **changes}


class Pages:
    """A browser without a script, as far as a test needs one.

    Parameters
    ----------
    client : TestClient
    """

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=PAGE)

    def token(self, path: str = "/") -> str:
        """Return the token of the forms of a page."""
        found = re.findall(r'name="form_token" value="([^"]+)"', self.get(path).text)
        return str(found[0])

    def send(self, path: str, **form: str) -> Any:
        """Send a form of ours, and do not go on."""
        told = {"form_token": self.token(), **form}
        return self.client.post(path, data=told, headers=PAGE, follow_redirects=False)

    def estimate(self, **changes: Any) -> str:
        """Estimate a house, and return the id."""
        asked = {"rows": [row(**changes)], "explain": True}
        done = self.client.post("/estimates", json=asked)
        assert done.status_code == 200, done.text
        return str(done.json()["estimates"][0]["id"])
