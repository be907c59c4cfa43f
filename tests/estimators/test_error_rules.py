"""Experts' rules expect errors before there are rows, and give way to rows as these come."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import qconf
from qconf import ConfidentRegressor, ResidualConfidence, compare
from qconf._types import FloatArray
from qconf.errors import OptionError, TableError
from qconf.estimators.conflict import ConflictConfidence

RULES = {"age": (0.01, 0.005), "zone=b": (0.3, 0.15)}
TYPICAL = {"age": 25}


def houses(n_rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Make residuals whose size rises by 1 % a year, and by exp(0.3) in zone b."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.uniform(0, 50, n_rows),
            "zone": rng.choice(["a", "a", "b", "c"], n_rows),
            "rooms": rng.integers(1, 8, n_rows).astype(float),
        }
    )
    return table, rng.normal(scale=truth(table))


def truth(table: pd.DataFrame) -> FloatArray:
    size: FloatArray = 0.08 * np.exp(0.01 * (table["age"] - 25) + 0.3 * (table["zone"] == "b"))
    return size


def loss(expected: FloatArray, table: pd.DataFrame) -> float:
    """The Gamma deviance that rows like these would have, less that of the truth."""
    ratio = truth(table) ** 2 / expected**2
    return float(np.mean(ratio - np.log(ratio) - 1))


def test_rules_alone_expect_errors() -> None:
    """A typical error times a factor for each rule; other columns, and gaps, say nothing."""
    est = ResidualConfidence.from_rules(0.08, RULES, typical=TYPICAL)
    table = houses(50)[0]
    np.testing.assert_allclose(est.predict(table), truth(table), rtol=1e-12)
    gap = est.predict(pd.DataFrame({"age": [None, 25], "zone": [None, "never heard of"]}))
    np.testing.assert_allclose(gap, 0.08)
    np.testing.assert_array_equal(clone(est).predict(table), est.predict(table))
    array = ResidualConfidence.from_rules(0.1, {"x1": (1.0, 1.0)}).predict([[5.0, 0.0], [5.0, 1.0]])
    np.testing.assert_allclose(array, [0.1, 0.1 * np.exp(1.0)])


def test_a_rule_makes_nothing_very_safe_that_nobody_has_seen() -> None:
    """A size typed with three zeros too many: half of the typical error, and not none."""
    est = ResidualConfidence.from_rules(0.1, {"size": (-0.01, 0.01)}, typical={"size": 100})
    sizes = pd.DataFrame({"size": [100, 150, 150_000, 0]})
    wanted = 0.1 * np.array([1.0, np.exp(-0.5), 0.5, np.exp(1.0)])
    np.testing.assert_allclose(est.predict(sizes), wanted)
    learned = est.fit(sizes[:2].sample(40, replace=True, random_state=0), np.full(40, 0.1))
    expected = learned.predict(sizes)
    assert expected[2] == pytest.approx(expected[1] / 2, rel=1e-6)


def test_bounds_of_rules_follow_from_their_standard_deviations() -> None:
    """A rule of one unit with sd 0.5, and a typical error known to 0.1 in logs."""
    rules: dict[str, Any] = {"age": (0.2, 0.5)}
    mean, above = (
        ResidualConfidence.from_rules((0.08, 0.1), rules, bound=bound).predict(
            pd.DataFrame({"age": [0, 1]})
        )
        for bound in ("mean", "mean+sd")
    )
    np.testing.assert_allclose(np.log(above / mean), [0.1, np.hypot(0.1, 0.5)])
    with pytest.raises(OptionError, match="'max' is taken over bootstrap replicates"):
        ResidualConfidence.from_rules(0.1, rules, bound="max").predict([[1.0]])


def test_without_rows_the_posterior_is_the_prior_and_one_row_hardly_moves_it() -> None:
    """As sure as the rules are, one row says next to nothing against them."""
    sure = {term: (effect, 1e-3) for term, (effect, _) in RULES.items()}
    est = ResidualConfidence.from_rules((0.08, 1e-3), sure, typical=TYPICAL)
    new = houses(100, 1)[0]
    believed = est.predict(new)
    table, residual = houses(1)
    np.testing.assert_allclose(est.fit(table, residual).predict(new), believed, rtol=0.01)


@pytest.mark.parametrize("target", ["squared", "absolute"])
def test_an_infinite_standard_deviation_is_no_prior(target: Any) -> None:
    """To the last digits the plain model."""
    table, residual = houses(200)
    nothing = {term: (effect, np.inf) for term, (effect, _) in RULES.items()}
    told = ResidualConfidence("glm", target=target, prior=nothing).fit(table, residual)
    plain = ResidualConfidence("glm", target=target).fit(table, residual)
    np.testing.assert_allclose(told.predict(table), plain.predict(table), rtol=1e-8)


def test_a_wide_prior_is_nearly_none() -> None:
    """What is left is the imaginary row that a term without a prior has."""
    table, residual = houses(2000)
    wide = {term: (effect, 1e4) for term, (effect, _) in RULES.items()}
    told = ResidualConfidence("glm", prior=wide).fit(table, residual)
    plain = ResidualConfidence("glm").fit(table, residual)
    np.testing.assert_allclose(told.predict(table), plain.predict(table), rtol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("n_rows", [30, 100, 300])
def test_a_right_prior_helps_where_data_are_thin(n_rows: int) -> None:
    """Over twenty tables the deviance of new rows is lower with it, in nearly all of them."""
    new, _ = houses(2000, 99)
    without, told = np.array(
        [
            [loss(est.fit(*houses(n_rows, seed)).predict(new), new) for est in both]
            for seed in range(20)
            for both in [[ResidualConfidence("glm"), ResidualConfidence("glm", prior=RULES)]]
        ]
    ).T
    assert told.mean() < 0.8 * without.mean()
    assert (told < without).mean() >= 0.75


def test_others_are_drawn_to_nothing_where_data_are_thin() -> None:
    """Twenty columns of noise and forty rows: without a belief in them, they are believed."""
    rng = np.random.default_rng(0)
    noise = [f"n{i}" for i in range(20)]

    def with_noise(n_rows: int, seed: int) -> tuple[pd.DataFrame, FloatArray]:
        table, residual = houses(n_rows, seed)
        return table.assign(
            **dict(zip(noise, rng.normal(size=(20, n_rows)), strict=True))
        ), residual

    new, _ = with_noise(2000, 99)
    table, residual = with_noise(40, 1)
    free, drawn = (
        ResidualConfidence("glm", prior={**RULES, **more}).fit(table, residual)
        for more in ({}, {"(others)": (0, 0.1)})
    )
    assert loss(drawn.predict(new), new) < 0.3 * loss(free.predict(new), new)
    told: Any = drawn.coef_table_.loc["n3"]
    assert told[["prior", "prior_sd"]].tolist() == pytest.approx([0.0, 0.1])
    assert abs(told["posterior"]) < abs(told["data"])
    alone = ResidualConfidence("glm", prior={"(others)": (0, 1e-6)}).fit(table, residual)
    np.testing.assert_allclose(alone.predict(table), alone.predict(table)[0], rtol=1e-3)
    with pytest.raises(OptionError, match=r"must be 0, got 0\.2"):
        ResidualConfidence("glm", prior={"(others)": (0.2, 0.1)}).fit(table, residual)


def test_a_wrong_prior_is_overcome_by_data() -> None:
    """That of the opposite sign misleads thirty rows, and not twenty thousand."""
    wrong = {term: (-effect, sd) for term, (effect, sd) in RULES.items()}
    new, _ = houses(2000, 99)
    est = ResidualConfidence("glm", prior=wrong)
    few, many = (loss(est.fit(*houses(n)).predict(new), new) for n in (30, 20_000))
    assert few > 0.05
    assert many < 0.002
    assert est.coef_table_.loc["age", "posterior"] == pytest.approx(0.01, abs=0.002)


def test_the_table_shows_prior_data_and_posterior_of_errors() -> None:
    """Effects on the log of the expected error: half of those on its square."""
    est = ResidualConfidence("glm", prior=RULES).fit(*houses(500))
    table: Any = est.coef_table_
    assert table.index[1:3].tolist() == list(RULES)
    for term, (effect, sd) in RULES.items():
        assert table.loc[term, ["prior", "prior_sd"]].tolist() == pytest.approx([effect, sd])
    np.testing.assert_allclose(table["posterior"], table["coef"] / 2)
    np.testing.assert_allclose(np.log(table["effect"]), table["posterior"])
    assert (table["posterior_sd"][1:3] < table["prior_sd"][1:3]).all()
    assert (table["posterior_sd"][1:3] < table["data_sd"][1:3]).all()
    assert table.loc["age", "compared_with"] == "1 less"
    assert table.loc["zone=b", "compared_with"] == "zone=a"
    absolute = ResidualConfidence("glm", target="absolute", prior=RULES).fit(*houses(500))
    assert absolute.coef_table_.loc["age", "prior"] == pytest.approx(0.01)


def test_a_posterior_is_the_prior_of_the_next_rows() -> None:
    """Three batches one after another expect what all at once do, but for the dispersion."""
    est = ResidualConfidence.from_rules(0.08, RULES, typical=TYPICAL)
    parts = [houses(400, seed) for seed in range(3)]
    whole = pd.concat([table for table, _ in parts]), np.concatenate([r for _, r in parts])
    joint = clone(est).fit(*whole)
    for table, residual in parts:
        # What was learned predicts without another fit, and learns on.
        est = ResidualConfidence("glm", prior=clone(est).fit(table, residual).posterior_)
    new, _ = houses(300, 9)
    np.testing.assert_allclose(est.predict(new), joint.predict(new), rtol=0.05)


def test_the_posterior_expects_what_the_fit_does() -> None:
    """Also where the fit was calibrated: as rules alone it gives the same numbers."""
    table, residual = houses(300)
    for prior in (RULES, ResidualConfidence.from_rules(0.08, RULES, typical=TYPICAL).prior):
        est = ResidualConfidence("glm", prior=prior).fit(table, residual)
        again = ResidualConfidence("glm", prior=est.posterior_)
        np.testing.assert_allclose(again.predict(table), est.predict(table), rtol=1e-8)


def test_a_level_without_rows_is_known_by_its_rule() -> None:
    """It is not averaged over what might stand there, as one is of which nothing is known."""
    table, residual = houses(300)
    est = ResidualConfidence("glm", prior={"zone=z": (1.0, 0.2), "zone missing": (-1.0, 0.2)})
    est.fit(table, residual)
    rows = table[:1].assign(zone="a")
    by_rule, gap = (est.predict(rows.assign(zone=one)) for one in ("z", None))
    base = est.predict(rows)
    np.testing.assert_allclose(np.log([by_rule / base, gap / base]), [[1.0], [-1.0]], atol=1e-6)
    # Of others nothing is said: they are like the common one, until rows have spoken of levels.
    np.testing.assert_array_equal(est.predict(rows.assign(zone="new")), base)
    more = ResidualConfidence("glm", prior=est.posterior_).fit(table, residual)
    assert more.predict(rows.assign(zone="new"))[0] > more.predict(rows)[0]
    assert more.predict(rows.assign(zone="z"))[0] > 2 * more.predict(rows)[0]


def test_a_column_that_begins_later_is_no_obstacle() -> None:
    """Early blocks have no value of it, and the rule alone."""
    table, residual = houses(400)
    table.loc[:250, "age"] = np.nan
    price = np.random.default_rng(1).uniform(100, 200, size=400)
    table = table.assign(day=np.arange(400), price=price, avm=price * (1 + residual))
    prior = ResidualConfidence("glm", prior={"age": (0.01, 0.005)})
    found = compare(
        table, "price", prediction="avm", time="day", n_resamples=2,
        estimators={
            "prior": prior,
            "rules": ResidualConfidence.from_rules(0.08, RULES, typical=TYPICAL),
            "conflict": ConflictConfidence(prior, [("age", "rooms")]),
        },
    )  # fmt: skip
    assert np.isfinite(found.scores[["prior", "rules", "conflict"]]).all(axis=None)


def test_kept_in_a_file_and_pickled(tmp_path: Path) -> None:
    """A model with a prior is loaded as it was; so are its beliefs."""
    table, residual = houses(300)
    price = pd.Series(np.exp(residual) * 100)
    model = ConfidentRegressor(
        confidence=ResidualConfidence("glm", prior=RULES), folds=2, random_state=0
    ).fit(table, price)
    qconf.save(model, tmp_path / "m.qconf")
    loaded = qconf.load(tmp_path / "m.qconf")
    np.testing.assert_array_equal(loaded.predict_error(table), model.predict_error(table))
    again = pickle.loads(pickle.dumps(model.confidence_)).posterior_  # noqa: S301 - our own
    for one in (again, loaded.confidence_.posterior_):
        assert one.terms == model.confidence_.posterior_.terms
        np.testing.assert_array_equal(one.precision, model.confidence_.posterior_.precision)


@pytest.mark.parametrize("rules", [RULES, {}, {"age missing": (0.1, 0.1), "zone missing": (1, 1)}])
def test_rules_are_kept_without_a_fit(rules: dict[str, Any], tmp_path: Path) -> None:
    """They are opened as they were, and know themselves again."""
    est = ResidualConfidence.from_rules(0.08, rules, typical=TYPICAL)
    qconf.save(est, tmp_path / "rules.qconf")
    table = houses(20)[0]
    np.testing.assert_array_equal(
        qconf.load(tmp_path / "rules.qconf").predict(table), est.predict(table)
    )
    assert not hasattr(est.fit(*houses(60)), "pinned_")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"learner": "boosted", "prior": RULES}, "prior is for learner='glm'"),
        ({"target": "log", "prior": RULES}, "prior is for learner='glm'"),
        ({"prior": {"age": 0.1}}, "'age' must be an effect and its standard deviation"),
        ({"prior": {"aeg": (0.1, 0.1)}}, "no column for 'aeg'. Did you mean 'age'?"),
        ({"prior": {"zone": (0.1, 0.1)}}, "name a level, such as 'zone="),
        ({"prior": [("age", 0.1, 0.1)]}, "'prior' parameter of ResidualConfidence"),
    ],
)
def test_wrong_priors_are_refused(made: dict[str, Any], words: str) -> None:
    """In one line, at the fit."""
    with pytest.raises(ValueError, match=r".") as refused:
        ResidualConfidence(**{"learner": "glm", **made}).fit(*houses(60))
    assert words in str(refused.value)


def test_wrong_rules_are_refused() -> None:
    """When they are made, or when there is no column for one."""
    for typical_error in (0.0, -1.0, np.inf, "few", (0.1, 0.0), (0.1, 1, 1)):
        with pytest.raises(OptionError, match="typical_error must be a number > 0"):
            ResidualConfidence.from_rules(typical_error, RULES)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="is their typical_error"):
        ResidualConfidence.from_rules(0.1, {"(base)": (0.1, 0.1)})
    est = ResidualConfidence.from_rules(0.1, RULES)
    with pytest.raises(OptionError, match="no column for 'age'"):
        est.predict(pd.DataFrame({"zone": ["a"]}))
    with pytest.raises(TableError, match="'age' has 1 infinite"):
        est.predict(pd.DataFrame({"age": [np.inf], "zone": ["a"]}))
    with pytest.raises(TableError, match="The table is empty: 0 rows"):
        est.predict(pd.DataFrame({"age": []}))
    absolute = ResidualConfidence("glm", target="absolute", prior=est.prior)
    with pytest.raises(OptionError, match="typical error is for target='squared'"):
        absolute.fit(*houses(60))


def test_no_posterior_without_a_prior_or_with_replicates() -> None:
    """hasattr is False; resampled rows believe each something else."""
    table, residual = houses(60)
    assert not hasattr(ResidualConfidence("glm").fit(table, residual), "posterior_")
    several = ResidualConfidence("glm", prior=RULES, n_bootstrap=3, bound="max", random_state=0)
    assert np.isfinite(several.fit(table, residual).predict(table)).all()
    assert not hasattr(several, "posterior_")
