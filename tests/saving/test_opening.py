"""Files are opened without having to trust them: everything is checked, and said in one line."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import mutated_files
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_models import KEPT, answers, fitted, new_rows, table
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qconf
from qconf import ConfidentRegressor, ResidualConfidence, SecondOpinionConfidence
from qconf.base import ConfidenceEstimator
from qconf.errors import ModelFileError, OptionError
from qconf.estimators import registry
from qconf.saving import limits
from qconf.saving.arrays import ArrayReader
from qconf.saving.json_text import as_json, parsed
from qconf.saving.state_reader import StateReader
from qconf.saving.state_writer import StateWriter

FORMATS = Path(__file__).parent / "formats"


class DistanceConfidence(ConfidenceEstimator):
    """A plug-in: the further from the mean, the larger the error."""

    def _fit(self, X: Any, y: Any) -> None:
        self.mean_ = float(X["area"].mean())
        self.unit_ = float(np.abs(y).mean())

    def _predict(self, X: Any) -> Any:
        return self.unit_ * np.abs(X["area"].to_numpy() - self.mean_)


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    point = EntryPoint("distance", f"{__name__}:DistanceConfidence", registry.ENTRY_POINT_GROUP)
    ours = {registry.ENTRY_POINT_GROUP: [point]}
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: ours.get(group, []))
    monkeypatch.setitem(sys.modules, __name__, sys.modules[DistanceConfidence.__module__])
    X, _, residual = table()
    return DistanceConfidence().fit(X[["area", "zone"]], residual)


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def rewritten(path: Path, change: Callable[[dict[str, Any]], Any], *, part: str = "state") -> Path:
    """Change a part as whoever changed the digests, too, would."""
    parts = parts_of(path)
    plain = json.loads(parts[f"{part}.json"])
    plain = change(plain) or plain
    parts[f"{part}.json"] = json.dumps(plain).encode()
    manifest = json.loads(parts["manifest.json"])
    for one in manifest["parts"] if part != "manifest" else []:
        content = parts[one["name"]]
        one.update(bytes=len(content), sha256=sha256(content).hexdigest())
    if part != "manifest":
        parts["manifest.json"] = json.dumps(manifest).encode()
    return zipped(path, parts)


def zipped(path: Path, parts: dict[str, bytes], **how: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content, **how)
    return path


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "avm.qconf"
    qconf.save(fitted("residual-leaves"), path)
    return path


def refused(path: Path, **how: Any) -> str:
    with pytest.raises(ModelFileError) as error:
        qconf.load(path, **how)
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 1000
    return said


@pytest.mark.parametrize("name", KEPT)
def test_files_of_every_format_say_what_they_said(name: str) -> None:
    """Made by ``python tests/saved_models.py tests/saving/formats`` when format 1 was new."""
    model = qconf.load(FORMATS / f"{name}.qconf")
    wanted = json.loads((FORMATS / f"{name}.json").read_text(encoding="utf-8"))
    said = answers(name, model, 20)
    assert said.keys() == wanted.keys()
    for method, found in said.items():
        if found.dtype.kind == "O":
            assert [list(map(str, row)) for row in found] == [
                list(map(str, row)) for row in wanted[method]
            ]
        else:
            np.testing.assert_allclose(found, wanted[method], rtol=1e-9)


@pytest.mark.parametrize("name", ["boosted", "forest", "told"])
def test_an_opinion_of_before_that_is_fitted_again_is_a_new_one(name: str) -> None:
    """Nothing is left of what it had, which was of other rows."""
    X, target, residual = table()
    opened = qconf.load(FORMATS / f"second-opinion-{name}.qconf").confidence_
    fresh = SecondOpinionConfidence(4, random_state=0).set_params(
        n_error_trees=getattr(opened, "n_error_trees", 200)
    )
    fewer = X.drop(columns="age")
    again, new = (
        one.fit(fewer, residual, target=target).predict(fewer)
        for one in (opened.set_params(n_error_trees=fresh.n_error_trees), fresh)
    )
    np.testing.assert_array_equal(again, new)


def test_a_shadow_of_before_trends_says_what_it_said() -> None:
    """It has no trend; its p-values are those of the version that wrote it, with a time or not."""
    shadow = qconf.load(FORMATS / "given.qconf").shadow_
    rows = new_rows(200)
    features, said = rows[list(shadow.feature_names_in_)], 1.5 * rows["low"]
    for time in (None, rows["sold"]):
        verdict = shadow.check(features, said, time=time)
        assert (verdict.n_rows, verdict.p_value) == (170, pytest.approx(0.2102537644949))


def test_what_is_no_model_file(tmp_path: Path) -> None:
    """Nothing, a folder, another file, half of one."""
    assert "There is no file" in refused(tmp_path / "none.qconf")
    assert "is a folder" in refused(tmp_path)
    other = tmp_path / "other"
    other.write_bytes(b"price,area\n1,2\n")
    assert "no model file" in refused(other)
    whole = (FORMATS / "count.qconf").read_bytes()
    other.write_bytes(whole[: len(whole) // 2])
    assert "no model file" in refused(other)


@pytest.mark.parametrize(("number", "which"), [(2, "a newer qconf"), (0, "an older qconf")])
def test_other_formats_say_which_version_opens_them(saved: Path, number: int, which: str) -> None:
    """Whatever else a manifest of theirs has."""

    def change(_: Any) -> Any:
        return {"format": number, "qconf": "7.1.0", "else": []}

    said = refused(rewritten(saved, change, part="manifest"))
    assert f"format {number}" in said
    assert which in said
    assert "qconf==7.1.0" in said


def test_a_part_that_was_changed(saved: Path) -> None:
    """Its digest is another one."""
    parts = parts_of(saved)
    parts["state.json"] += b" "
    assert "'state.json' was changed" in refused(zipped(saved, parts))


@pytest.mark.parametrize("name", ["../x.npy", "/etc/passwd", "arrays/object.npy", "state.json/"])
def test_parts_of_other_names(saved: Path, name: str) -> None:
    """No part goes up, or is called what no part is called."""
    assert "no part may be called" in refused(zipped(saved, {**parts_of(saved), name: b""}))


def test_parts_that_are_too_many(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or not in the manifest."""
    more = zipped(saved, {**parts_of(saved), "foreign/0.skops": b""})
    assert "others than the manifest says" in refused(more)
    monkeypatch.setattr("qconf.saving.container.MOST_PARTS", 3)
    assert "more than 3" in refused(more)


def test_two_parts_of_one_name(saved: Path) -> None:
    """Which of them would count?"""
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(saved, "a") as file:
        file.writestr("state.json", b"{}")
    assert "two parts have one name" in refused(saved)


def test_links_and_other_ways_to_pack(saved: Path) -> None:
    """No links, nothing encrypted, nothing but deflate."""
    parts = parts_of(saved)
    assert "packed in another way" in refused(zipped(saved, parts, compress_type=zipfile.ZIP_LZMA))
    with zipfile.ZipFile(saved, "w") as file:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o120777 << 16
            file.writestr(entry, content)
    assert "is a link or a folder" in refused(saved)
    changed = bytearray(zipped(saved, parts).read_bytes())
    changed[changed.find(b"PK\1\2") + 8] |= 1
    saved.write_bytes(changed)
    assert "is encrypted" in refused(saved)


def test_bombs_are_not_unpacked(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand times as long as packed, or too long together."""
    parts = {**parts_of(saved), "state.json": b" " * 30_000_000}
    assert "packed too well" in refused(zipped(saved, parts))
    monkeypatch.setattr("qconf.saving.container.MOST_TIMES_AS_LONG", 10_000)
    monkeypatch.setattr("qconf.saving.container.MOST_BYTES", 1_000_000)
    assert "longer than 1,000,000 bytes together" in refused(saved)


def test_parts_that_overlap(saved: Path) -> None:
    """One piece of the file cannot be two parts."""
    content = bytearray(saved.read_bytes())
    first = content.find(b"PK\1\2")
    second = content.find(b"PK\1\2", first + 1)
    content[first + 20 : first + 24] = (2**20).to_bytes(4, "little")
    assert second > first
    saved.write_bytes(content)
    assert "overlaps what follows" in refused(saved)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"{", "Expecting property name"),
        (b"\xff\xfe\x00", "can't decode|surrogate|truncated"),
    ],
)
def test_texts_that_are_no_state(saved: Path, text: bytes, reason: str) -> None:
    """JSON is read strictly."""
    with pytest.raises(ValueError, match=reason):
        parsed(text, 10**6)
    parts = {**parts_of(saved), "state.json": text}
    manifest = json.loads(parts["manifest.json"])
    for one in manifest["parts"]:
        one["sha256"] = sha256(parts[one["name"]]).hexdigest()
    refused(zipped(saved, {**parts, "manifest.json": json.dumps(manifest).encode()}))


def test_texts_that_are_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any value is made of them."""
    with pytest.raises(ValueError, match="longer than 10"):
        parsed(b" " * 11, 10)
    monkeypatch.setattr("qconf.saving.json_text.MOST_VALUES_OF_JSON", 5)
    with pytest.raises(ValueError, match="more than 5"):
        parsed(b"[1,2,3,4,5,6,7]", 100)
    assert limits.MOST_VALUES_OF_JSON > 5


@pytest.mark.parametrize("name", ["os.system", "subprocess.Popen", "Popen", "this", "FlatTree", 3])
def test_no_name_is_imported(saved: Path, name: Any) -> None:
    """A class is one of the table, or none."""
    before = set(sys.modules)

    def change(state: dict[str, Any]) -> None:
        state["objects"][0]["type"] = name

    assert "that qconf does not have" in refused(rewritten(saved, change))
    assert set(sys.modules) == before


def test_an_attribute_cannot_hide_a_method(saved: Path) -> None:
    """Else what a file holds would be called instead of what the class does."""

    def change(state: dict[str, Any]) -> None:
        state["objects"][-1]["state"]["predict"] = {"object": 0}

    assert "no attribute 'predict' of its own" in refused(rewritten(saved, change))


def test_objects_hold_only_earlier_ones(saved: Path) -> None:
    """So there are no circles."""

    def change(state: dict[str, Any]) -> None:
        state["objects"][0]["state"]["x"] = {"object": len(state["objects"]) - 1}

    assert "there is no object" in refused(rewritten(saved, change))


def test_parameters_are_held_against_their_rules(saved: Path) -> None:
    """As in a fit."""

    def change(state: dict[str, Any]) -> None:
        state["objects"][-1]["state"]["bound"] = "most"

    assert "'bound' parameter" in refused(rewritten(saved, change))


def test_a_model_that_says_something_else_is_not_the_one_that_was_saved(saved: Path) -> None:
    """One number of it changed, and all digests with it."""

    def change(state: dict[str, Any]) -> None:
        state["objects"][-1]["state"]["_factor"] = 1.5
        state["objects"][-1]["state"]["bound"] = "mean"

    assert "does not say of pinned rows what it said" in refused(rewritten(saved, change))

    def forget(state: dict[str, Any]) -> None:
        state["pinned"] = None

    assert "by which rows" in refused(rewritten(saved, forget))


def state_of(state: dict[str, Any], kind: str) -> Any:
    """Return what the first object of a kind holds."""
    found = next(one for one in state["objects"] if one.get("type") == kind)
    return found.get("state", found.get("fields"))


def swap_sides(state: dict[str, Any]) -> None:
    trees = state_of(state, "FlatTrees")
    trees["left"], trees["feature"] = trees["feature"], trees["left"]


def drop_a_leaf(state: dict[str, Any]) -> None:
    state_of(state, "LeafBootstrap")["steps_"]["array"][2][2] -= 1


def send_a_level_away(state: dict[str, Any]) -> None:
    state_of(state, "ActiveCoordinates")["levels"]["dict"][0][1]["dict"][0][1] = 10**6


def forget_weights(state: dict[str, Any]) -> None:
    state_of(state, "CountRates")["state"]["array"][2][0] = 1


def drop_a_point(state: dict[str, Any]) -> None:
    state_of(state, "Blocks")[2]["array"][2][0] -= 1


def look_numbers_up(state: dict[str, Any]) -> None:
    state_of(state, "UnitCube")["_places"]["dict"][0][0] = 0


def know_levels_of_numbers(state: dict[str, Any]) -> None:
    state_of(state, "UnseenCodes")["known"]["dict"][0][0] = 0


def forget_the_encoder(state: dict[str, Any]) -> None:
    state_of(state, "NeighborConfidence")["_encoder"] = None


def read_rows_otherwise(state: dict[str, Any]) -> None:
    state_of(state, "BlendConfidence")["_encoder_of_all"] = None


def indicate_numbers(state: dict[str, Any]) -> None:
    state_of(state, "LinearDesign")["places_"]["dict"][0][0] = 0


def indicate_fewer_levels(state: dict[str, Any]) -> None:
    cells = state_of(state, "TableEncoder")["levels_"]["dict"][0][1]["index"][0]["cells"]
    cells[0].pop()
    cells[1][0] -= 1


def forget_an_indicator(state: dict[str, Any]) -> None:
    state_of(state, "LinearDesign")["indicators_"]["array"][2][0] -= 1


def forget_places(state: dict[str, Any]) -> None:
    state_of(state, "LinearDesign")["places_"]["dict"][0][1]["array"][2][0] = 1


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("residual-leaves", swap_sides, "Trees: "),
        ("residual-leaves", drop_a_leaf, "fewer leaves than their trees"),
        ("online", send_a_level_away, "a coordinate that is none"),
        ("online", forget_weights, "more levels than weights"),
        ("neighbors", drop_a_point, "nearest rows are no points"),
        ("neighbors", look_numbers_up, "points of rows are of other columns"),
        ("neighbors", know_levels_of_numbers, "cells that a fit had are of other columns"),
        ("neighbors", forget_the_encoder, "stand-ins are of another encoder"),
        ("blend", read_rows_otherwise, "member of a blend reads rows by another encoder"),
        ("residual-glm", indicate_numbers, "places that are none of its indicators"),
        ("residual-glm", indicate_fewer_levels, "design is of other columns"),
        ("residual-glm", forget_an_indicator, "places that are none of its indicators"),
        ("residual-glm", forget_places, "places that are none of its indicators"),
        ("residual-prior", indicate_fewer_levels, "design is of other columns"),
        ("quantile-linear", indicate_fewer_levels, "design is of other columns"),
    ],
)
def test_arrays_that_would_lead_a_loop_astray(
    saved: Path, name: str, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    """Each is checked before a compiled loop reads it, or a cell is looked up by its level."""
    qconf.save(fitted(name), saved)
    assert reason in refused(rewritten(saved, change))


def test_a_model_of_more_columns_than_its_members_have(saved: Path) -> None:
    """Members that were checked for their own columns are not walked beyond them."""
    qconf.save(fitted("blend"), saved)

    def change(state: dict[str, Any]) -> None:
        for one in state["objects"]:
            if one.get("type") == "BoostedTrees" and "trees_" in one["state"]:
                one["state"]["n_features_in_"] = 70

    assert "is expecting 70 features" in refused(rewritten(saved, change))


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.tuples(inner, inner)
            | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
            | st.frozensets(st.text(), max_size=3)
        ),
        max_leaves=20,
    )
)
@settings(deadline=None, max_examples=50)
def test_values_come_back(value: Any) -> None:
    """Of every kind, with NaN, infinity, any text, and tuples as tuples."""
    writer = StateWriter()
    written = parsed(as_json(writer.value(value)), 10**6)
    reader = StateReader(ArrayReader(writer.arrays.parts()), lambda _: None, lambda _: object)
    assert in_order(reader.value(written)) == in_order(value)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_arrays_come_back(seed: int) -> None:
    """With their type, shape and order in memory."""
    rng = np.random.default_rng(seed)
    kinds = ["?", "i1", "u4", "i8", "f2", "f4", "f8", ">f8", "M8[us]", "m8[D]", "O", "U3"]
    shape = tuple(rng.integers(0, 4, size=rng.integers(0, 4)))
    array = rng.integers(0, 2, size=shape).astype(rng.choice(kinds))
    array = np.asfortranarray(array) if rng.random() < 0.5 else array
    writer = StateWriter()
    written = parsed(as_json(writer.value(array)), 10**6)
    reader = StateReader(ArrayReader(writer.arrays.parts()), lambda _: None, lambda _: object)
    back = reader.value(written)
    np.testing.assert_array_equal(back, array)
    assert back.shape == array.shape
    assert back.dtype.kind == array.dtype.kind
    if array.dtype.kind not in "OU":
        assert back.flags.f_contiguous == array.flags.f_contiguous


def test_plug_ins_are_opened_if_asked_for(plug_in: Any, tmp_path: Path) -> None:
    """The class is what the entry point gives; in a blend, too."""
    path = tmp_path / "one.qconf"
    qconf.save(plug_in, path)
    assert "holds the plug-in 'distance'" in refused(path)
    assert qconf.read_manifest(path).plug_ins == ["distance"]
    X = table()[0][["area", "zone"]]
    opened = qconf.load(path, plugins=True)
    np.testing.assert_array_equal(opened.predict(X), plug_in.predict(X))


def test_a_plug_in_that_is_not_installed(
    plug_in: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said by its name."""
    qconf.save(plug_in, tmp_path / "one.qconf")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [])  # noqa: ARG005
    assert "There is no estimator 'distance'" in refused(tmp_path / "one.qconf", plugins=True)


@pytest.mark.slow
def test_other_packages_models_are_opened_if_their_types_are_named(tmp_path: Path) -> None:
    """By skops; all types are shown, and none is imported before."""
    pytest.importorskip("skops.io")
    X, target, _ = table()
    X = X[["area", "low"]]
    model = ConfidentRegressor(
        make_pipeline(StandardScaler(), Ridge()), ResidualConfidence("online"), folds=2
    ).fit(X, target)
    path, again = tmp_path / "one.qconf", tmp_path / "two.qconf"
    qconf.save(model, path)
    qconf.save(model, again)
    assert path.read_bytes() == again.read_bytes()
    said = refused(path)
    assert "--trust sklearn.pipeline.Pipeline" in said
    assert "sklearn.linear_model._ridge.Ridge" in qconf.read_manifest(path).foreign_types
    assert "--trust" in refused(path, trust=["sklearn.linear_model._ridge.Ridge"])
    opened = qconf.load(path, trust=["sklearn.pipeline.Pipeline"])
    np.testing.assert_array_equal(opened.predict_error(X), model.predict_error(X))


def test_another_packages_model_cannot_hold_ours(tmp_path: Path) -> None:
    """What is inside could not be checked."""
    pytest.importorskip("skops.io")
    from sklearn.ensemble import BaggingRegressor  # noqa: PLC0415

    X, target, _ = table()
    inside = BaggingRegressor(qconf.LinearQuantileRegressor(0.5), n_estimators=2)
    model = ConfidentRegressor(inside, "constant", folds=2).fit(X[["area", "low"]], target)
    with pytest.raises(OptionError, match=r"holds qconf\.learners"):
        qconf.save(model, tmp_path / "one.qconf")


def test_types_of_other_packages_are_told_by_the_part_itself(tmp_path: Path) -> None:
    """Whatever the manifest says: a part that names other types is refused."""
    pytest.importorskip("skops.io")
    X, target, _ = table()
    path = tmp_path / "one.qconf"
    qconf.save(ConfidentRegressor(Ridge(), "constant", folds=2).fit(X[["area"]], target), path)
    parts = parts_of(path)
    inner = {}
    with zipfile.ZipFile(io.BytesIO(parts["foreign/0.skops"])) as file:
        inner = {name: file.read(name) for name in file.namelist()}
    inner["schema.json"] = inner["schema.json"].replace(b"sklearn.linear_model._ridge", b"os")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in inner.items():
            file.writestr(name, content)
    parts["foreign/0.skops"] = made.getvalue()
    zipped(path, parts)
    said = refused(rewritten(path, lambda _: None), trust=["sklearn.linear_model._ridge.Ridge"])
    assert "os.Ridge" in said


def in_order(value: Any) -> str:
    """Write a value, NaN as such, and what has no order in one."""
    if isinstance(value, frozenset):
        return f"frozenset({sorted(value)})"
    if isinstance(value, dict):
        return repr([(key, in_order(one)) for key, one in value.items()])
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({[in_order(one) for one in value]})"
    return repr(value)


def check(ended: list[dict[str, Any]], n: int) -> None:
    """Each is refused in one line, or answers; no process ends, and none imports anything."""
    assert [one["seed"] for one in ended] == list(range(ended[0]["seed"], ended[0]["seed"] + n))
    assert [one for one in ended if one["outcome"] not in ("refused", "opened")] == []
    assert [one for one in ended if one["new"]] == []
    assert [one for one in ended if "\n" in one["said"] or len(one["said"]) > 1000] == []


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 100, 20))
def test_a_hundred_changed_files(start: int, tmp_path: Path) -> None:
    """As below, in this process."""
    seeds = range(10**6 + start, 10**6 + start + 20)
    check(list(mutated_files.tried(FORMATS, tmp_path / "changed", seeds)), 20)


@pytest.mark.slow
def test_two_thousand_changed_files(tmp_path: Path) -> None:
    """Bytes, keys, values, arrays and the zip itself: no crash, no end of waiting, no import."""
    mutated_files.write_files(tmp_path)
    ended = mutated_files.opened(tmp_path, 0, 2000)
    check(ended, 2000)
    # Changes that are refused and such as are not: both ways were walked.
    outcomes = [one["outcome"] for one in ended]
    assert min(outcomes.count("refused"), outcomes.count("opened")) > 100


def test_what_no_other_process_can_import_is_not_kept(tmp_path: Path) -> None:
    """A function without a name could be written, and never be read again."""
    pytest.importorskip("skops.io")
    from sklearn.compose import TransformedTargetRegressor  # noqa: PLC0415
    from sklearn.preprocessing import FunctionTransformer  # noqa: PLC0415

    X, target, _ = table()
    inside = TransformedTargetRegressor(Ridge(), transformer=FunctionTransformer(lambda x: x))
    model = ConfidentRegressor(inside, "constant", folds=2).fit(X[["area"]], target)
    with pytest.raises(OptionError, match="no other process can import it"):
        qconf.save(model, tmp_path / "one.qconf")
    assert not (tmp_path / "one.qconf").exists()
