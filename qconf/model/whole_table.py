"""What a fit on drawn rows asks of the table that these were drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from qconf.model.known_values import KnownValues
from qconf.model.row_views import ViewsRows

if TYPE_CHECKING:
    from qconf.model.earlier_models import EarlierModels
    from qconf.model.regressor import ConfidentRegressor

__all__ = ["WholeTable"]


class WholeTable(Protocol):
    """A table that does not fit in memory, of which some rows were drawn."""

    def learn(
        self, model: ViewsRows, regressor: Any, known: KnownValues
    ) -> tuple[Any, KnownValues, tuple[Any, Any] | None]:
        """Fit a valuation model on all rows that can be used.

        Parameters
        ----------
        model : ViewsRows
            The regressor that is being fitted, by which features are looked at.
        regressor : regressor
            Unfitted; takes rows that are streamed.
        known : KnownValues
            What the drawn rows hold.

        Returns
        -------
        regressor : regressor
            Fitted.
        known : KnownValues
            What all rows hold.
        time_range : tuple or None
            Their first and last time.

        Raises
        ------
        TableError
            If a row cannot be read as those that were drawn, or its target cannot be learned.
        """

    def learn_errors(self, model: ConfidentRegressor, earlier: EarlierModels) -> None:
        """Go on with an online confidence, row by row, with the rows that were not drawn.

        Rows come in the order of the files, each once. Whatever that order is, a row is valued by
        a model of drawn rows that are earlier than it.

        Parameters
        ----------
        model : ConfidentRegressor
            Whose confidence has learned from the drawn rows.
        earlier : EarlierModels
            What values them.
        """
