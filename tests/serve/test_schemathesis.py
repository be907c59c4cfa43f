"""The API by its own description: schemathesis makes requests of it, wrong ones too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from attack_target import HOST, Target, attacked
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

BASE = f"http://{HOST}"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("described")) as made:
        yield made


def asked(target: Target, n_cases: int, mode: GenerationMode) -> Counter[tuple[str, int]]:
    """Ask in so many ways; return how often each operation gave each status.

    Ids that are there are put into some of the cases: of others there is not much to be said.
    """
    schema = schemathesis.openapi.from_dict(target.ask("GET", "/openapi.json").json())
    schema.app = target.client.app
    told: Counter[tuple[str, int]] = Counter()

    @seed(18)
    @settings(
        max_examples=n_cases, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=schema.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if "estimate_id" in case.path_parameters and len(told) % 2:
            case.path_parameters["estimate_id"] = target.known
        response = case.call_and_validate(base_url=BASE)
        told[case.operation.label, response.status_code] += 1

    ask()
    return told
