"""Cases page by page: those of a page, how many there are, and which stand beside one."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, or_, select, true

from qconf.review.store.case_order import CaseFilter, is_free, order_of
from qconf.review.store.cases import found_cases
from qconf.review.store.connected import Connected
from qconf.review.store.records import CaseRecord
from qconf.review.store.tables import CASES

__all__ = ["PagesCases"]


class PagesCases(Connected):
    """Cases that are asked for by what holds of them, in an order."""

    def page_of_cases(
        self, asked: CaseFilter, *, order: str = "rank", limit: int = 50, offset: int = 0
    ) -> list[CaseRecord]:
        """Return some of the cases asked for, without their explanations.

        Parameters
        ----------
        asked : CaseFilter
        order : str, default="rank"
            One of `qconf.review.store.case_order.ORDERS`.
        limit, offset : int
            How many, and how many are before them.
        """
        with self._reading() as connection:
            return found_cases(
                connection, self._moment(), asked, order=order, limit=limit, offset=offset,
                explained=False,
            )  # fmt: skip

    def count_cases(self, asked: CaseFilter) -> int:
        """Count the cases asked for."""
        told = select(func.count()).select_from(CASES).where(true(), *asked.conditions())
        with self._reading() as connection:
            return int(connection.execute(told).scalar_one())

    def input_names(self) -> list[str]:
        """Return the names of inputs that cases have: all of a queue have the same ones."""
        first = select(func.min(CASES.c.id)).group_by(CASES.c.queue)
        told = select(CASES.c.inputs).where(CASES.c.id.in_(first)).order_by(*order_of("rank"))
        with self._reading() as connection:
            inputs = connection.execute(told).scalars().all()
        return list(dict.fromkeys(name for one in inputs for name in json.loads(one)))

    def inputs_of_cases(self, asked: CaseFilter) -> dict[int, dict[str, Any]]:
        """Return the inputs of the cases asked for, by their numbers, in the order of ranks."""
        told = select(CASES.c.id, CASES.c.inputs).where(true(), *asked.conditions())
        with self._reading() as connection:
            rows = connection.execute(told.order_by(*order_of("rank")))
            return {row.id: json.loads(row.inputs) for row in rows}

    def cases_beside(
        self, case_id: int, who: str, asked: CaseFilter, *, order: str = "rank"
    ) -> tuple[int | None, int | None]:
        """Return the free cases before and after one, whether it is itself among those asked for.

        Parameters
        ----------
        case_id : int
        who : str
            Whose own locks are no hindrance; nobody's if empty.
        asked : CaseFilter
        order : str, default="rank"

        Returns
        -------
        before, after : int or None
            After the last one comes the first.
        """
        place = func.row_number().over(order_by=order_of(order)).label("place")
        among = or_(CASES.c.id == case_id, true() & _all(asked))
        numbered = select(CASES.c.id, place).where(among).subquery()
        at = select(numbered.c.place).where(numbered.c.id == case_id).scalar_subquery()
        free = select(numbered.c.id).where(
            numbered.c.id != case_id, is_free(numbered.c.id, who, self._moment())
        )
        by_place = free.order_by(numbered.c.place).limit(1)
        before = free.where(numbered.c.place < at).order_by(numbered.c.place.desc()).limit(1)
        with self._reading() as connection:
            after = connection.execute(by_place.where(numbered.c.place > at)).scalar()
            if after is None:
                after = connection.execute(by_place).scalar()
            return connection.execute(before).scalar(), after


def _all(asked: CaseFilter) -> Any:
    told: Any = true()
    for one in asked.conditions():
        told &= one
    return told
