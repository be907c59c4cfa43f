"""A pair that encodes a row once says what one says that reads it twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from saved_models import fitted, new_rows
from sklearn.base import clone

from qconf.encoding.encoded import Encoded
from qconf.errors import EstimatorError
from qconf.model import expected_errors
from qconf.model.coded_pair import coded_pair

NAMES = ["model", "model-log", "blend-told"]


@pytest.mark.parametrize("name", NAMES)
def test_codes_say_what_rows_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, of levels that were never seen and of gaps too."""
    model, rows = fitted(name), new_rows(60)
    assert coded_pair(model) is not None
    told = model.predict_with_error(rows)
    coded = model.predict_encoded(Encoded.of(model.features_of(rows), model.encoder))
    monkeypatch.setattr(expected_errors, "coded_pair", lambda _: None)
    plain = model.predict_with_error(rows)
    for one in (told, coded):
        for found, wanted in zip(one, plain, strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "name", ["given", "model-replicates", "model-conflicts", "model-absolute", "model-sales"]
)
def test_models_that_have_to_see_rows_see_them(name: str) -> None:
    """Given predictions, replicates, sources that disagree, levels as they come, no trees."""
    model: Any = fitted(name)
    assert coded_pair(model) is None
    with pytest.raises(EstimatorError, match="predict_with_error"):
        model.predict_encoded(Encoded.of(model.features_of(new_rows(2)), model.encoder))


def test_another_fit_is_looked_at_again() -> None:
    """What is known of one fit is not taken for another's, and looked at once."""
    rows = new_rows(300).assign(zone="one").dropna()
    target = np.linspace(1, 2, len(rows))
    model = clone(fitted("model-log")).fit(rows, target)
    known = coded_pair(model)
    assert known is not None
    assert coded_pair(model) is known
    model.fit(rows.assign(zone="two"), target)
    found = coded_pair(model)
    assert found is not None
    assert found is not known
    assert found.errors.encoder is model.confidence_.encoder_of_predict
