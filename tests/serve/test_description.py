"""The service asked by its own description (schemathesis): what it says is what it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
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
    return schemathesis.openapi.from_asgi("/openapi.json", client.app, headers={"host": BASE[7:]})


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_it_says_is_what_it_does(case: schemathesis.Case) -> None:
    """Answers are those that are described; what is described is taken, all else refused."""
    case.call_and_validate(checks=CHECKS, headers={"host": BASE[7:]})
