"""What is said about options and arguments that are mistyped."""

# ruff: noqa: E501 - a case is a line, so that the list can be read

from __future__ import annotations

import pytest

from qconf.cli.app import run
from qconf.errors import OptionError


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("compare --targt x", "There is no option '--targt'. Try --target. See qconf compare --help."),
        ("compare --group parcel", "There is no option '--group'. It is called --groups now. See qconf compare --help."),
        ("simulate --replicates=9", "There is no option '--replicates'. It is called --groups-of-each now. See qconf simulate --help."),
        ("simulate --group x", "There is no option '--group'. See qconf simulate --help."),
        ("compare --model x", "There is no option '--model'. See qconf compare --help."),
        ("compare -x", "There is no option '-x'. See qconf compare --help."),
        ("compare --folds=2.5", "The option --folds must be a whole number, got '2.5'. See qconf compare --help."),
        ("compare --folds 1 --folds x", "The option --folds must be a whole number, got 'x'. See qconf compare --help."),
        ("compare --threshold low", "The option --threshold must be a number, got 'low'. See qconf compare --help."),
        ("compare a b", "'b' is too much: a name with spaces stands in quotes, and several files are named as their folder or as a pattern in quotes. See qconf compare --help."),
        ("compare --target", "The option --target needs a value: --target VALUE. See qconf compare --help."),
        ("compare a.csv --threshold 15%", "The option --threshold must be a number, got '15%'; 15 % is 0.15. See qconf compare --help."),
        ("compare a.csv target=price", "'target=price' is no argument; options are written --target price. See qconf compare --help."),
        ("compare a.csv price=target", "'price=target' is too much: a name with spaces stands in quotes, and several files are named as their folder or as a pattern in quotes. See qconf compare --help."),
        ("compare a.csv -target price", "There is no option '-target'. Try --target. See qconf compare --help."),
        ("inspect a.qconf b.qconf", "'b.qconf' is too much: a name with spaces stands in quotes. See qconf inspect --help."),
        ("inspect", "FILE is missing: qconf inspect FILE. See qconf inspect --help."),
        ("score", "MODEL is missing: qconf score MODEL [INPUT] --output OUTPUT. See qconf score --help."),
        ("score a.qconf b.csv", "The option --output is missing: qconf score MODEL [INPUT] --output OUTPUT. See qconf score --help."),
        ("review decide", "STORE is missing: qconf review decide STORE CASE --reason REASON. See qconf review decide --help."),
        ("--example king-county", "There is no option '--example' before a command: qconf COMMAND --example. See qconf --help."),
        ("-v", "There is no option '-v'. See qconf --help."),
        ("comp", "No such command 'comp'. Did you mean 'compare'? See qconf --help."),
        ("x", "No such command 'x'. See qconf --help."),
    ],
)  # fmt: skip
def test_usage_errors_say_what_was_found(words: str, message: str) -> None:
    """The thing, the rule, what was found, and where to look; a hint only if it is near."""
    with pytest.raises(OptionError) as raised:
        run(words.split())
    assert str(raised.value) == message
