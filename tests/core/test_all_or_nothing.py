"""A block that raises leaves the attributes of an object as they were."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from qconf.core.all_or_nothing import all_or_nothing


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_attributes_are_given_back(error: type[BaseException]) -> None:
    """Changed, new and deleted ones; the objects themselves, not copies."""
    kept = [1, 2]
    model = SimpleNamespace(kept=kept, gone=3, changed=4)

    def stopped() -> None:
        with all_or_nothing(model):
            model.changed, model.new = 5, 6
            del model.gone
            raise error

    with pytest.raises(error):
        stopped()
    assert vars(model) == {"kept": [1, 2], "gone": 3, "changed": 4}
    assert model.kept is kept


def test_a_block_that_ends_keeps_its_changes() -> None:
    """Nothing is undone."""
    model = SimpleNamespace(changed=4)
    with all_or_nothing(model):
        model.changed = 5
    assert model.changed == 5
