"""Score a folder: each part by itself, here or on the workers of a cluster."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any, Protocol

from qconf.errors import ModelFileError
from qconf.model.shadow.watch import share_of
from qconf.saving.card import ModelCard
from qconf.saving.first_page import told
from qconf.saving.opening import open_model
from qconf.scoring.parts import Part, Standing, parts_of, stamp_of, standing_of
from qconf.scoring.rejected import gather
from qconf.scoring.rows import open_rows
from qconf.scoring.stream import How, Report, Tally, score_to_file
from qconf.scoring.valuation_check import ValuationChangedError
from qconf.tables.options import ReadingOptions, reading_options
from qconf.tables.schema import Schema

__all__ = ["Engine", "Job", "digest_of", "local_engine", "score_folder", "score_part"]


class Engine(Protocol):
    """Does parts in some order, and tells of each that is done."""

    def __call__(
        self, job: Job, parts: Sequence[Part], report: Report
    ) -> Iterator[tuple[Part, Tally]]:
        """Score parts; those that are done come out, in whatever order, and rows are reported."""


@dataclass(frozen=True)
class Job:
    """What a worker has to know: where the model is, and how rows are scored.

    Attributes
    ----------
    model : str
        A file of qconf.
    digest : str
        What its bytes sum up to (SHA-256).
    how : How
    said : tuple of (str, object)
        How text is read, as far as the user says otherwise than the model's file does.
    plugins : bool
        Whether classes of plug-ins may be in the file.
    trust : tuple of str
        Types of others that may be in the file.
    """

    model: str
    digest: str
    how: How = field(default_factory=How)
    said: tuple[tuple[str, Any], ...] = ()
    plugins: bool = False
    trust: tuple[str, ...] = ()

    def open(self) -> tuple[Any, ModelCard]:
        """Open the model, once a process, with its card.

        Raises
        ------
        ModelFileError
            If it cannot be opened, or is another file by now.
        """
        return _opened(self.model, self.digest, self.plugins, self.trust)

    @property
    def reading(self) -> dict[str, Any]:
        """How text is read: as for the fit, where the user does not say otherwise."""
        kept = {key: value for key, value in self.open()[1].reading.items() if value is not None}
        return {key: value for key, value in {**kept, **dict(self.said)}.items()
                if key in ReadingOptions.__dataclass_fields__}  # fmt: skip

    @property
    def schema(self) -> Schema:
        """Which columns the model knows."""
        return Schema.of_model(self.open()[0], self.reading)

    @property
    def decided(self) -> How:
        """How rows are scored, with what the model's card knows of it."""
        return replace(self.how, decisions=self.how.decisions.of_card(self.open()[1]))

    @property
    def options(self) -> ReadingOptions:
        """`reading`, checked."""
        return reading_options(**self.reading)


def digest_of(path: str) -> str:
    """Sum up a file's bytes.

    Raises
    ------
    ModelFileError
        If it cannot be read.
    """
    with told(path), Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def _opened(path: str, digest: str, plugins: bool, trust: tuple[str, ...]) -> tuple[Any, ModelCard]:
    if digest_of(path) != digest:
        msg = f"The model {path!r} is another file than when the work began: begin again."
        raise ModelFileError(msg)
    file = open_model(path, plugins=plugins, trust=trust)
    return file.model, file.manifest.card or ModelCard()


def score_part(job: Job, part: Part, report: Report | None = None) -> Tally:
    """Score one part of a folder, whole or not at all.

    Parameters
    ----------
    job : Job
    part : Part
    report : callable, default=None

    Returns
    -------
    Tally
    """
    model, _ = job.open()
    schema, how = job.schema, job.how
    stamp = stamp_of(part, job.digest, how, job.reading)
    for folder in (part.output.parent, *([part.rejected.parent] if how.skip else [])):
        folder.mkdir(parents=True, exist_ok=True)

    def stamped(tally: Tally) -> bytes:
        return json.dumps({**stamp, "rows": [tally.rows, tally.rejected]}).encode()

    partitions = dict(part.partitions)
    with open_rows(part.source, schema, job.options, partitions, part.name) as rows:
        aside = part.rejected if how.skip else None
        return score_to_file(
            model, schema, rows, part.output, aside, job.decided, report or _silent,
            stamp=stamped, share=share_of(part.number),
        )  # fmt: skip


def local_engine(job: Job, parts: Sequence[Part], report: Report) -> Iterator[tuple[Part, Tally]]:
    """Do one part after the other in this process."""
    for part in parts:
        yield part, score_part(job, part, report)


def score_folder(
    job: Job,
    source: str,
    folder: Path,
    rejected: Path | None,
    engine: Engine,
    *,
    begin: Callable[[Standing], Report],
) -> Tally:
    """Score the parts of a folder that are not there yet.

    Parameters
    ----------
    job : Job
    source : str
        A folder or a pattern of Parquet files, or of CSV files.
    folder : Path
        Where the parts go, each under its own name; need not be there.
    rejected : Path or None
        Where all rows go that could not be scored.
    engine : Engine
    begin : callable
        Is told what is there already, and returns what is called with rows that were done and
        the share of the parts that is.

    Returns
    -------
    Tally
        Of all parts.

    Raises
    ------
    QconfError
        If a part cannot be scored; those before it are there, and the next run goes on. Where the
        valuation model has changed, none that this run has made is left; parts of an earlier run
        are, and the message counts them: they may be last month's.
    """
    parts = parts_of(source, folder)
    stamps = [stamp_of(part, job.digest, job.how, job.reading) for part in parts]
    standing = standing_of(parts, stamps, folder)
    report = begin(standing)
    tally = standing.done
    made: list[Part] = []
    folder.mkdir(exist_ok=True)

    def done(rows: int, share: float | None) -> None:
        report(rows, (len(made) + (share or 0.0)) / len(standing.missing))

    try:
        for part, more in engine(job, standing.missing, done) if standing.missing else ():
            made.append(part)
            tally += more
    except ValuationChangedError as error:
        for part in made:
            part.output.unlink(missing_ok=True)
            part.rejected.unlink(missing_ok=True)
        msg = f"{error}{_left(standing, folder)}"
        raise ValuationChangedError(msg) from error
    if rejected is not None:
        gather([part.rejected for part in parts], rejected)
    return tally


def _left(standing: Standing, folder: Path) -> str:
    """Tell of parts that an earlier run has made, which may have been killed or have ended well."""
    if not standing.n_done:
        return ""
    parts, are = ("part", "is") if standing.n_done == 1 else ("parts", "are")
    return (
        f" {standing.n_done:,} {parts} of an earlier run {are} still in {str(folder)!r}: remove "
        "that folder if its predictions come from the changed model, too."
    )


def _silent(*_: object) -> None:
    """Hear nothing."""
