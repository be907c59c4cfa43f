"""Engines have names, which are the same wherever one may be chosen."""

from __future__ import annotations

import pytest

from qconf.core.dask_cluster import dask_address
from qconf.errors import OptionError


def test_engines_are_told_by_name() -> None:
    """Local has no address; Dask has one, or is to be started."""
    assert dask_address("local") is None
    pytest.importorskip("distributed")
    assert dask_address("dask") == ""
    assert dask_address("dask:tcp://there:8786") == "tcp://there:8786"


@pytest.mark.parametrize("name", ["sparkle", "local:8786", ""])
def test_what_is_no_engine_is_refused(name: str) -> None:
    """It is told which there are."""
    with pytest.raises(OptionError, match="must be one of local, dask, dask:ADDRESS, got"):
        dask_address(name)
