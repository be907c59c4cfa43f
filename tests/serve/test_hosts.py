"""Names of this machine, and where requests come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from qconf.serve.hosts import LOCAL_NAMES, check_host, check_origin
from qconf.serve.problems import RefusedError

#: Never a name of ours, nor one with a port.
OTHERS = st.text(min_size=1, max_size=40).filter(
    lambda one: one.partition(":")[0].lower() not in LOCAL_NAMES and not one.startswith("[::1]")
)


@given(OTHERS)
def test_no_other_name_is_ours(name: str) -> None:
    """Whatever characters it is made of."""
    raw = [(b"host", name.encode("latin-1", "replace"))]
    with pytest.raises(RefusedError):
        check_host(Headers(raw=raw), LOCAL_NAMES)


def test_a_request_has_one_name() -> None:
    """Two, or none, are refused; any is taken where all are."""
    for raw in ([], [(b"host", b"localhost"), (b"host", b"localhost")]):
        with pytest.raises(RefusedError):
            check_host(Headers(raw=raw), LOCAL_NAMES)
        check_host(Headers(raw=raw), None)


@pytest.mark.parametrize("origin", ["http://localhost:80", "http://[", "null", "localhost", ""])
def test_an_origin_is_the_host_or_foreign(origin: str) -> None:
    """The port counts, and what is no address is nobody's."""
    with pytest.raises(RefusedError):
        check_origin(Headers({"host": "localhost:8000", "origin": origin}))
    check_origin(Headers({"host": "localhost:8000", "origin": "http://LOCALHOST:8000"}))
