"""The manifest says what there is to know without opening the model."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from saved_models import fitted, table

import qconf
from qconf import ModelCard
from qconf.saving.manifest import FORMAT, Manifest


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("manifest") / "avm.qconf"
    card = ModelCard(target="price", figures={"best_decile": {"outlier_rate": 0.03}})
    qconf.save(fitted("model"), path, card=card)
    return path


def test_it_describes_the_model(saved: Path) -> None:
    """What it is of, its error scale, seeds, versions, and the card."""
    manifest = qconf.read_manifest(saved)
    assert manifest.format == FORMAT
    assert manifest.model["type"] == "ConfidentRegressor"
    assert manifest.model["confidence"] == "BlendConfidence"
    assert manifest.model["n_rows"] == len(table()[0])
    assert manifest.error == "relative"
    assert manifest.seeds["random_state"] == 0
    assert manifest.versions["qconf"] == manifest.qconf == qconf.__version__
    assert manifest.card is not None
    assert manifest.card.figures == {"best_decile": {"outlier_rate": 0.03}}
    assert manifest.fingerprint is not None
    assert manifest.foreign_types == manifest.plug_ins == []


def test_it_describes_the_columns(saved: Path) -> None:
    """Names, kinds, how many levels there are, and the first of them."""
    columns = {column["name"]: column for column in qconf.read_manifest(saved).columns}
    assert list(columns) == list(table()[0].columns)
    kinds = [column["kind"] for column in columns.values()]
    assert kinds == ["numbers", "text", "text", "numbers", "dates", "numbers", "numbers"]
    assert columns["zone"]["n_levels"] == 3
    assert columns["zone"]["first"] == ["a", "b", "c\u00e9"]
    assert columns["area"]["n_levels"] is None


def test_it_has_the_digest_of_every_part(saved: Path) -> None:
    """Which anyone can compute again."""
    with ZipFile(saved) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    for part in qconf.read_manifest(saved).parts:
        assert part.sha256 == sha256(contents[part.name]).hexdigest()
        assert part.bytes == len(contents[part.name])
    assert json.loads(contents["manifest.json"]) == qconf.read_manifest(saved).to_dict()


@pytest.mark.parametrize(
    ("name", "value"),
    [("columns", [{"name": 3}]), ("columns", "all"), ("parts", [{}]), ("versions", {"numpy": 2}),
     ("model", {}), ("error", 3), ("fingerprint", "abc"), ("foreign_types", [3]), ("seeds", None)],
)  # fmt: skip
def test_a_strangers_manifest_is_of_its_types(saved: Path, name: str, value: Any) -> None:
    """Else what shows it would fail."""
    plain = qconf.read_manifest(saved).to_dict()
    assert Manifest.from_dict(plain).to_dict() == plain
    with pytest.raises(ValueError, match="manifest"):
        Manifest.from_dict({**plain, name: value})
    with pytest.raises(ValueError, match="entries of a manifest"):
        Manifest.from_dict({**plain, "more": value})
