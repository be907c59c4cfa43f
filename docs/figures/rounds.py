"""Who learns from whom when one fold is scored: shuffled, and forward in time."""

from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

from qconf.report.style import GREY, INK, PALETTE

FOLDS = 5


def cell(axes, row, fold, colour, mark=""):
    """Draw one fold of a row."""
    axes.add_patch(Rectangle((fold, -row), 0.92, 0.8, color=colour, linewidth=0))
    axes.text(fold + 0.46, 0.4 - row, mark, ha="center", va="center", color=INK, fontsize=11)


def grid(axes, scored, title, taught, unseen):
    """Draw a row for each fold whose residuals are learned from; crosses are what is not seen."""
    axes.set_title(f"{title} {scored + 1} is scored", fontsize=11, loc="left")
    for row, fold in enumerate(taught):
        for other in range(FOLDS):
            colour = {scored: PALETTE["blue"], fold: PALETTE["sky"]}.get(other, "#e6e6e6")
            cell(axes, row, other, colour, "×" if other in unseen(fold) else "")
        axes.text(-0.2, 0.4 - row, f"residuals of {fold + 1}", ha="right", va="center", fontsize=10)
    for fold in range(FOLDS):
        axes.text(fold + 0.46, 1.0, str(fold + 1), ha="center", color=GREY, fontsize=10)
    axes.set(xlim=(-1.9, FOLDS), ylim=(-FOLDS + 1.5, 1.4))
    axes.axis("off")


_, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
shuffled, last = 2, FOLDS - 1
others = [fold for fold in range(FOLDS) if fold != shuffled]
grid(left, shuffled, "Shuffled: fold", others, lambda fold: {shuffled, fold})
before = range(1, last)
grid(right, last, "Forward in time: block", before, lambda fold: set(range(fold, FOLDS)))
