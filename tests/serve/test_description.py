"""The service asked by its own description (schemathesis): what it says is what it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from served_models import BASE, queue_of, served
from starlette.testclient import TestClient

from qconf import FeedbackStore
from qconf.serve.limits import Limits

CHECKS = [
    schemathesis.checks.not_a_server_error, content_type_conformance, negative_data_rejection,
    positive_data_acceptance, response_headers_conformance, response_schema_conformance,
    status_code_conformance, unsupported_method,
]  # fmt: skip


HOST = {"host": BASE.removeprefix("http://")}
OPERATIONS = [
    ("POST", "/estimates"), ("GET", "/estimates/{estimate_id}"),
    ("POST", "/estimates/{estimate_id}/feedback"), ("GET", "/review"), ("GET", "/review/{case_id}"),
    ("POST", "/review/{case_id}/lock"), ("POST", "/review/{case_id}/release"),
    ("POST", "/review/{case_id}/decision"), ("GET", "/summary"), ("GET", "/healthz"),
    ("GET", "/readyz"), ("GET", "/metrics"),
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with some cases and an estimate."""
    place: Path = tmp_path_factory.mktemp("store") / "a.db"
    with FeedbackStore(place) as store:
        store.add_queue(queue_of(3))
        with served(store, limits=Limits(requests_per_minute=10**9)) as client:
            yield client


@pytest.fixture(scope="module")
def described(client: TestClient) -> Any:
    """What the service says of itself."""
    # Too many rows are refused by their own status, too.
    refused = {"expected-statuses": ["400", "404", "409", "413", "415", "422"]}
    config = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": refused}})
    return schemathesis.openapi.from_asgi("/openapi.json", client.app, headers=HOST, config=config)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_what_it_says_is_what_it_does(
    described: Any, method: str, path: str, mode: GenerationMode
) -> None:
    """Answers are those that are described; what is described is taken, all else refused."""
    operation = described[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        pytest.skip("there is nothing to say wrongly")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=60, deadline=None, database=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def asked(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=HOST)

    asked()


def test_all_there_is_was_asked(described: Any) -> None:
    """No operation is left out above."""
    there = {(one.ok().method.upper(), one.ok().path) for one in described.get_all_operations()}
    assert there == set(OPERATIONS)
