"""``qconf inspect``: what a model file says of its model, without opening the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.options import DebugOption, FormatOption, OutputOption
from qconf.cli.output import check_output, write_result

if TYPE_CHECKING:
    import pandas as pd

    from qconf.saving.manifest import Manifest

__all__ = ["inspect_command"]

FileArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="FILE", show_default=False, help="A model file, such as avm.qconf.")
]


def inspect_command(
    file: FileArgument,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    debug: DebugOption = False,
) -> None:
    """Show what a model file says of its model, without opening the model.

    What it is, on what it was fitted and when, which columns it wants, what was measured on rows
    that were held out, and what it is not for. Nothing in the file is run.

    For example:

    qconf inspect avm.qconf
    """
    del debug  # seen by the program, before the command
    check_output(format_name, output, model=file)
    from qconf.saving.first_page import read_manifest  # noqa: PLC0415 - help must not wait

    write_result(_Inspected(read_manifest(file)), _as_text, format_name, output)


class _Inspected:
    """A manifest as a result that can be written."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    @property
    def table(self) -> pd.DataFrame:
        """One row for each thing that the card says, each column and each part."""
        import pandas as pd  # noqa: PLC0415 - only for CSV

        from qconf.cli.model_card import card_rows  # noqa: PLC0415 - the same

        rows = pd.DataFrame(card_rows(self.manifest), columns=["section", "name", "value"])
        return rows.set_index("section")

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return self.manifest.to_dict()


def _as_text(result: _Inspected) -> str:
    from qconf.cli.model_card import card_text  # noqa: PLC0415 - only for people

    return card_text(result.manifest)
