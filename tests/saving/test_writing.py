"""Models of every kind are written to one file, whole or not at all."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_models import MODELS, answers, fitted, table
from sklearn.base import clone

import qconf
from qconf import ConfidentRegressor, ModelCard, OnlineConfidence, ResidualConfidence
from qconf.errors import OptionError, OutputError
from qconf.saving.state_writer import StateWriter


@pytest.mark.parametrize("name", MODELS)
def test_what_is_opened_says_what_was_saved(name: str, tmp_path: Path) -> None:
    """To the last bit, of rows with levels and gaps that were never seen; and so does its copy."""
    model, path = fitted(name), tmp_path / "one.qconf"
    qconf.save(model, path)
    opened = qconf.load(path)
    before, after = answers(name, model), answers(name, opened)
    assert before.keys() == after.keys()
    for method, said in before.items():
        np.testing.assert_array_equal(after[method], said)
    assert type(opened) is type(model)
    written = path.read_bytes()
    qconf.save(opened, path)
    assert path.read_bytes() == written


@pytest.mark.parametrize("name", ["model", "blend", "residual-refits", "planes"])
def test_what_is_opened_is_an_estimator_like_others(name: str, tmp_path: Path) -> None:
    """Parameters, copies, what is printed, and tags are those of the saved one."""
    model = fitted(name)
    qconf.save(model, tmp_path / "one.qconf")
    opened = qconf.load(tmp_path / "one.qconf")
    assert opened.get_params().keys() == model.get_params().keys()
    assert clone(opened).get_params().keys() == model.get_params().keys()
    assert repr(opened).partition(" at 0x")[0] == repr(model).partition(" at 0x")[0]
    assert opened.__sklearn_tags__() == model.__sklearn_tags__()


def test_online_models_go_on_learning(tmp_path: Path) -> None:
    """As the saved one would have."""
    X, _, residual = table()
    model = OnlineConfidence("max", n_bootstrap=3, random_state=0).fit(X[:100], residual[:100])
    qconf.save(model, tmp_path / "one.qconf")
    opened = qconf.load(tmp_path / "one.qconf")
    for one in (model, opened):
        one.partial_fit(X[100:], residual[100:])
    np.testing.assert_array_equal(opened.predict(X), model.predict(X))


@pytest.mark.slow
def test_another_process_opens_it(tmp_path: Path) -> None:
    """Which has only the file."""
    model, path = fitted("model"), tmp_path / "one.qconf"
    qconf.save(model, path)
    program = (
        "import sys, qconf; from saved_models import answers;"
        f"print(answers('model', qconf.load({str(path)!r}))['predict_error'].tobytes().hex())"
    )
    folder = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == answers("model", model)["predict_error"].tobytes().hex()


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whenever and wherever it is saved; only a card that says so tells the time."""
    for name in ("one", "two"):
        qconf.save(fitted("blend"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    qconf.save(fitted("blend"), tmp_path / "two", card=ModelCard(fitted="2026-11-26T10:00:00"))
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


def test_objects_that_are_one_stay_one(tmp_path: Path) -> None:
    """An encoder of a blend is written once, and shared by all members again."""
    qconf.save(fitted("blend"), tmp_path / "one.qconf")
    opened = qconf.load(tmp_path / "one.qconf")
    encoders = {id(member._encoder) for fold in opened.members_ for member in fold[:4]}
    assert encoders == {id(opened._encoder_of_all)}


def test_only_fitted_models_can_be_saved(tmp_path: Path) -> None:
    """A model that has learned nothing has nothing to keep."""
    for unfitted in (ConfidentRegressor(), ResidualConfidence, 3):
        with pytest.raises(OptionError, match="Fit it first"):
            qconf.save(unfitted, tmp_path / "one.qconf")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_kept_is_named(tmp_path: Path) -> None:
    """With the attributes that lead to it; nothing is written."""
    X, _, residual = table()
    model = OnlineConfidence().fit(X, residual)
    inside = vars(model.learner_)
    inside["hook"] = print
    with pytest.raises(OptionError, match=r"learner_ > OnlineLinearRegressor\.hook holds a b"):
        qconf.save(model, tmp_path / "one.qconf")
    inside["hook"] = model
    with pytest.raises(OptionError, match="holds itself"):
        qconf.save(model, tmp_path / "one.qconf")
    inside["hook"] = np.zeros(2, dtype=complex)
    with pytest.raises(OptionError, match="an array of type complex128"):
        qconf.save(model, tmp_path / "one.qconf")
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    """One line each; a file that is there is left as it was."""
    model, old = fitted("constant"), tmp_path / "old.qconf"
    qconf.save(model, old)
    before = old.read_bytes()
    for path, reason in (
        (tmp_path, "it is a folder"),
        (tmp_path / "none" / "x.qconf", "there is no folder"),
    ):
        with pytest.raises(OutputError, match=reason):
            qconf.save(model, path)
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the disk is full may only be found out at the end."""
    path = tmp_path / "one.qconf"
    qconf.save(fitted("constant"), path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        qconf.save(fitted("blend"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_links_stay_links(tmp_path: Path) -> None:
    """And point to the new content."""
    link, real = tmp_path / "link", tmp_path / "real"
    real.write_bytes(b"")
    link.symlink_to(real)
    qconf.save(fitted("constant"), link)
    assert link.is_symlink()
    assert zipfile.is_zipfile(real)


def test_parts_say_nothing_of_when_or_who(tmp_path: Path) -> None:
    """Moments, names of users and rights of files are the same everywhere."""
    qconf.save(fitted("model"), tmp_path / "one.qconf")
    with zipfile.ZipFile(tmp_path / "one.qconf") as file:
        entries = file.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_numbers_go_to_npy_files_that_numpy_reads(tmp_path: Path) -> None:
    """Without pickles, one of each type."""
    qconf.save(fitted("model"), tmp_path / "one.qconf")
    with zipfile.ZipFile(tmp_path / "one.qconf") as file:
        arrays = [name for name in file.namelist() if name.startswith("arrays/")]
        for name in arrays:
            read: Any = np.load(io.BytesIO(file.read(name)), allow_pickle=False)
            assert read.ndim == 1
            assert name == f"arrays/{read.dtype.name}.npy"
    assert "arrays/float64.npy" in arrays


def test_every_class_of_the_table_is_used() -> None:
    """By the models of these tests: no name is there for nothing, and none goes untested."""
    from qconf.saving.classes import TABLE, class_named  # noqa: PLC0415

    used = set()
    for name in MODELS:
        writer = StateWriter()
        writer.value(fitted(name))
        used |= {entry["type"] for entry in writer.objects if "type" in entry}
    assert {name for name in TABLE if class_named(name).__name__ == name} == set(TABLE)
    assert used == set(TABLE)


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    """Killed 30 times at random moments of saving; the file is always one of the two."""
    path, program = (
        tmp_path / "one.qconf",
        (
            "import sys, qconf; models = [qconf.load(name) for name in sys.argv[2:]];"
            "print('ready', flush=True)\n"
            "while True:\n"
            "    for model in models: qconf.save(model, sys.argv[1])"
        ),
    )
    sources = []
    for name in ("model", "residual"):
        sources.append(tmp_path / f"{name}.source")
        qconf.save(fitted(name), sources[-1])
    contents = {source.read_bytes() for source in sources}
    path.write_bytes(sources[0].read_bytes())
    rng = np.random.default_rng(0)
    for _ in range(30):
        command = [sys.executable, "-c", program, str(path), *map(str, sources)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
        assert path.read_bytes() in contents
