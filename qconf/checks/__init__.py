"""The contract of a confidence estimator, as checks that anyone can run on theirs.

>>> from qconf.checks import check_confidence_estimator
>>> from qconf import ConstantConfidence
>>> check_confidence_estimator(ConstantConfidence())

Or one test for each law, with pytest::

    @pytest.mark.parametrize("check", list(yield_checks(MyConfidence())), ids=check_name)
    def test_contract(check):
        check()

Which checks there are depends on what the estimator can do:

=====================================  ============================================================
every estimator                        shape, finite and >= 0, one row, any order and any index of
                                       rows, seeds, pickling, cloning, nothing changed that was
                                       passed in
``in_error_units`` (True if not said)  residuals x 10 give expected errors x 10, other residuals
                                       other ones, of their size, and larger ones no smaller ones
scikit-learn's tag ``string``          texts, and levels that `fit` has not seen
scikit-learn's tag ``categorical``     categories, by their names
scikit-learn's tag ``allow_nan``       missing values, in `fit` and later
a method ``signals``                   shape, >= 0, each row on its own, fitted first, units
a method ``share``                     an unfitted new estimator of the same class
``fit(time=)``, ``fit(groups=)``,      taken, not required, and refused if of another length
``fit(target=)``
=====================================  ============================================================

`qconf.base.ConfidenceEstimator` says yes to units and to all three tags; whoever derives from it
and cannot do one of them says so (`qconf.base`).
"""

from __future__ import annotations

from qconf.checks.choosing import check_confidence_estimator, check_name, yield_checks

__all__ = ["check_confidence_estimator", "check_name", "yield_checks"]
