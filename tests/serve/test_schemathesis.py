"""The API by its own description, at length: thousands of requests, right ones and wrong ones.

Half of the right ones speak of what is there. `test_description` asks some of each operation, in
every run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from attack_target import HOST, Target, attacked
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from served_pages import row

pytestmark = pytest.mark.slow

#: Requests; half of each kind.
MANY = 5_000
#: What is described beyond JSON Schema: which inputs an estimate has, and which numbers there are.
_RULES = [positive_data_acceptance]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("described")) as made:
        yield made


class Asked:
    """Requests made of the description, and what came of them.

    Parameters
    ----------
    target : Target
    """

    def __init__(self, target: Target) -> None:
        self.told: Counter[tuple[str, int]] = Counter()
        self._target = target
        self._rng = random.Random(18)  # noqa: S311 - no secret
        described = target.ask("GET", "/openapi.json").json()
        self._schema = schemathesis.openapi.from_dict(described)
        self._schema.app = target.client.app

    def ask(self, n_cases: int, mode: GenerationMode, seed: int = 18) -> None:
        """Ask in so many ways; each answer is held against the description."""

        @seeded(seed)
        @settings(
            max_examples=n_cases, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=self._schema.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if mode is GenerationMode.POSITIVE:  # what is wrong must stay so
                self._lead_somewhere(case)
            response = case.call_and_validate(base_url=f"http://{HOST}", excluded_checks=_RULES)
            self.told[case.operation.label, response.status_code] += 1

        ask()

    def _lead_somewhere(self, case: Any) -> None:
        """Let every other request speak of what is there: of other ids there is little to say."""
        if self._rng.random() < 0.5:
            return
        if "estimate_id" in case.path_parameters:
            case.path_parameters["estimate_id"] = self._target.known
        if "case_id" in case.path_parameters:
            case.path_parameters["case_id"] = self._rng.choice(self._target.store.cases()).id
        if isinstance(case.body, dict):
            self._fill(case.body)

    def _fill(self, body: dict[str, Any]) -> None:
        names = list(row())
        if isinstance(body.get("rows"), list):
            made = [one for one in body["rows"] if isinstance(one, dict)]
            body["rows"] = [
                {**row(), **{self._rng.choice(names): cell for cell in one.values()}}
                for one in made or [{}]
            ]
        if isinstance(body.get("corrected"), dict):
            body["corrected"] = {
                self._rng.choice(names[1:]): cell for cell in body["corrected"].values()
            }

    def described(self) -> set[str]:
        """Name all operations."""
        operations: Any = self._schema.get_all_operations()
        return {one.ok().label for one in operations}

    def done(self) -> set[str]:
        """Name those that did what they were asked to."""
        return {label for label, status in self.told if status // 100 == 2}

    def statuses(self, first: int) -> int:
        """Count answers of a hundred."""
        return sum(n for (_, status), n in self.told.items() if status // 100 == first)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_five_thousand_answers_are_as_described(target: Target, mode: GenerationMode) -> None:
    """Half of the requests fit the description; every operation gave what it promises."""
    asked = Asked(target)
    for part in range(5):
        asked.ask(MANY // 10, mode, part)
    assert asked.told.total() >= MANY // 2
    assert not asked.statuses(5)
    assert not target.failures()
    described = {
        f"{method.upper()} {path}"
        for path, told in target.ask("GET", "/openapi.json").json()["paths"].items()
        for method in told
    }
    tried = {label for label, _ in asked.told}
    if mode is GenerationMode.POSITIVE:
        assert tried == described
        done = {label for label, status in asked.told if status // 100 == 2}
        assert done == described
