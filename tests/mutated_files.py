"""Change model files in every way, and open them in processes that may crash or hang.

``python tests/mutated_files.py FOLDER START STOP`` opens the changed files of these seeds one after
another, and writes a line of JSON after each. A process that dies or falls silent is found by
`opened`, which goes on behind the file that did it.
"""

from __future__ import annotations

import copy
import faulthandler
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

__all__ = ["opened", "tried", "write_files"]

#: Models of `saved_models.MODELS` whose files are changed.
FILES = (
    "blend", "count", "empirical-bayes", "model", "model-absolute", "model-replicates", "nearby",
    "neighbors", "objects", "online-max", "planes", "quantile-linear", "residual-combined",
    "residual-glm", "residual-leaves", "second-opinion-told", "trees-of-quantiles",
)  # fmt: skip
_SECONDS, _SECONDS_TO_BEGIN = 20, 120
#: Modules that no model needs: a file must not be able to have them imported.
_STRANGERS = ("this", "antigravity", "xmlrpc.server", "turtledemo", "nntplib", "cgi", "telnetlib")
#: Packages that models use, and that load parts of themselves when these are needed.
_LOADED_WHEN_NEEDED = {"numba", "numpy", "pandas", "qconf", "scipy", "sklearn"}
_NUMBERS = (-1, 0, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, 1e308, -1e-308)
_ODD: tuple[Any, ...] = (
    None, True, "", "x", "this:main", "antigravity", [], {}, {"float": "nan"}, {"object": 0},
    {"object": 10**9}, {"tuple": []}, {"dict": []}, {"array": []}, {"cells": [[], [0]]},
)  # fmt: skip


def write_files(folder: Path) -> None:
    """Write the files that are to be changed."""
    import saved_models  # noqa: PLC0415 - beside this file

    import qconf  # noqa: PLC0415

    for name in FILES:
        qconf.save(saved_models.fitted(name), folder / f"{name}.qconf")


def opened(folder: Path, start: int, stop: int) -> list[dict[str, Any]]:
    """Open the mutated files of these seeds; say of each how it ended."""
    found: list[dict[str, Any]] = []
    while start < stop:
        done = subprocess.run(
            [sys.executable, __file__, str(folder), str(start), str(stop)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        ended = [line for line in lines if "outcome" in line]
        found += ended
        start += len(ended)
        if done.returncode or (start < stop and not lines):
            outcome = "hung" if "Timeout" in done.stderr else "crashed"
            found.append(
                {"seed": start, "outcome": outcome, "said": done.stderr[-2000:], "new": []}
            )
            start += 1
    return found


def tried(folder: Path, trial: Path, seeds: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Change a file of a folder by each seed, open it, and say how that ended.

    Parameters
    ----------
    folder : Path
        With files named after models of `saved_models.MODELS`.
    trial : Path
        Where a changed file is written.
    seeds : iterable of int
    """
    import saved_models  # noqa: PLC0415 - beside this file

    import qconf  # noqa: PLC0415
    from qconf.saving.fingerprint import Fingerprint  # noqa: PLC0415
    from qconf.saving.manifest import versions  # noqa: PLC0415

    sources = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.qconf"))}
    for name in sources:
        saved_models.answers(name, qconf.load(folder / f"{name}.qconf"), 200)
    versions()
    before = set(sys.modules)
    asks = Fingerprint.disagreement
    for seed in seeds:
        rng = random.Random(seed)  # noqa: S311 - chosen, not secret
        name = rng.choice(sorted(sources))
        # As if whoever changed the file had also changed what the model is known by.
        lenient = rng.random() < 0.5

        def asked(self: Any, model: Any, lenient: bool = lenient) -> str | None:
            said = asks(self, model)
            return None if lenient else said

        how, content = _changed(sources[name], rng)
        trial.write_bytes(content)
        with patch.object(Fingerprint, "disagreement", asked):
            outcome, said = _outcome(trial, name)
        new = sorted(
            module
            for module in set(sys.modules) - before
            if module.partition(".")[0] not in _LOADED_WHEN_NEEDED
        )
        ended = {"seed": seed, "file": name, "how": how, "outcome": outcome, "said": said}
        yield {**ended, "new": new}
    trial.unlink()


def _work(folder: Path, start: int, stop: int) -> None:
    faulthandler.dump_traceback_later(_SECONDS_TO_BEGIN, exit=True)
    for ended in tried(folder, folder / f"{start}.changed", range(start, stop)):
        faulthandler.dump_traceback_later(_SECONDS, exit=True)
        sys.stdout.write(json.dumps(ended) + "\n")
        sys.stdout.flush()


def _outcome(path: Path, name: str) -> tuple[str, str]:
    import saved_models  # noqa: PLC0415

    import qconf  # noqa: PLC0415
    from qconf.errors import EstimatorError, ModelFileError  # noqa: PLC0415

    try:
        model = qconf.load(path)
    except ModelFileError as error:
        return "refused", str(error)
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        return "raised", f"{type(error).__name__}: {error}"
    try:
        saved_models.answers(name, model, 200)
    except EstimatorError as error:
        return "refused", str(error)  # a part of it gave what cannot be
    except Exception as error:  # noqa: BLE001 - the same
        return "opened, cannot answer", f"{type(error).__name__}: {error}"
    return "opened", ""


def _changed(content: bytes, rng: random.Random) -> tuple[str, bytes]:
    kinds: list[tuple[Callable[[bytes, random.Random], bytes], float]] = [
        (_bytes, 1), (_zip, 1), (_state, 4), (_arrays, 3), (_manifest, 1)
    ]  # fmt: skip
    (how,) = rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
    return how.__name__, how(content, rng)


def _bytes(content: bytes, rng: random.Random) -> bytes:
    """Change bytes, cut the file, or say a piece twice."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 10, 100])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    kind = rng.randrange(4)
    if kind == 0:
        del changed[rng.randrange(len(changed)) :]
    elif kind == 1:
        at = rng.randrange(len(changed))
        changed[at:at] = changed[at : at + rng.randrange(1, 200)]
    return bytes(changed)


def _zip(content: bytes, rng: random.Random) -> bytes:
    """Change how the zip is put together."""
    parts = _parts(content)
    name = rng.choice(list(parts))
    kind = rng.randrange(7)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for one, part in parts.items():
            entry = zipfile.ZipInfo(one)
            entry.compress_type = zipfile.ZIP_BZIP2 if (kind, one) == (0, name) else 8
            if one == name and kind == 1:
                entry.filename = rng.choice(["/etc/x", "../x", "a\\b", "state.json/", one + "\0x"])
            if one == name and kind == 2:
                entry.external_attr = 0o120777 << 16
            longer = part + b"\0" * 30_000_000 if (kind, one) == (3, name) else part
            file.writestr(entry, longer)
        if kind == 4:
            for k in range(rng.choice([1, 20_000])):
                file.writestr(f"foreign/{k}.skops", b"")
    changed = bytearray(made.getvalue())
    if kind >= 5:
        # Numbers of the directory: sizes, offsets, flags.
        at = changed.find(b"PK\1\2", rng.randrange(len(changed)))
        for _ in range(rng.randrange(1, 5)):
            changed[min(at + rng.randrange(46), len(changed) - 1)] = rng.randrange(256)
    return bytes(changed)


def _state(content: bytes, rng: random.Random) -> bytes:
    """Change values, keys and names of the state."""
    parts = _parts(content)
    state = json.loads(parts["state.json"])
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        _change_value(state, rng)
    parts["state.json"] = json.dumps(state).encode()
    return _signed(parts)


def _manifest(content: bytes, rng: random.Random) -> bytes:
    """Change values of the manifest."""
    parts = _parts(content)
    manifest = json.loads(parts["manifest.json"])
    _change_value(manifest, rng)
    parts["manifest.json"] = json.dumps(manifest).encode()
    return _zipped(parts)


def _arrays(content: bytes, rng: random.Random) -> bytes:
    """Change cells, types and lengths of arrays."""
    parts = _parts(content)
    name = rng.choice([one for one in parts if one.startswith("arrays/")])
    array = np.load(io.BytesIO(parts[name])).copy()
    kind = rng.randrange(5)
    if kind == 0:
        other = rng.choice(["f8", "f4", "i8", "i4", "u1", "?", "c16", "U5", ">f8"])
        with np.errstate(all="ignore"):
            array = array.astype(other)
    elif kind == 1:
        array = rng.choice([array[:-1], array[::-1], np.append(array, array), array[:, None]])
    else:
        few = rng.choice([1, 1, 3, 50])
        cells = np.array([rng.randrange(len(array)) for _ in range(few)])
        wild: list[float] = [0, 1, 2, -1, 3, 10**6, 2**31 - 1, -(2**31)]
        if array.dtype.kind == "f":
            wild += [np.nan, np.inf, -np.inf, 1e308, -1e-300, 0.5]
        with np.errstate(all="ignore"):
            array[cells] = np.array(rng.choices(wild, k=few), dtype=np.float64).astype(array.dtype)
    made = io.BytesIO()
    np.save(made, array)
    parts[name] = made.getvalue()
    if rng.random() < 0.1:
        header = bytearray(parts[name])
        header[rng.randrange(128)] = rng.randrange(256)
        parts[name] = bytes(header)
    return _signed(parts)


def _change_value(root: Any, rng: random.Random) -> None:
    places = list(_places(root))
    holder, key = rng.choice(places)
    kind = rng.randrange(8)
    value = holder[key]
    if kind == 0 and isinstance(holder, dict):
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        other = rng.choice(["predict", "__class__", "fit", "_x", "type", "object", "array", "y z"])
        holder[other] = holder.pop(key)
    elif kind == 2:
        there, where = rng.choice(places)
        holder[key] = copy.deepcopy(there[where])
    elif kind == 3 and isinstance(value, list) and value:
        value.append(value.pop(rng.randrange(len(value))) if rng.random() < 0.5 else value[0])
    elif kind == 4 and type(value) is int:
        holder[key] = value + rng.choice([-1, 1, 2, 100, -100])
    elif kind == 5:
        deep: Any = 0
        for _ in range(rng.choice([3, 60, 150])):
            deep = {"tuple": [deep]}
        holder[key] = deep
    elif kind == 6:
        holder[key] = rng.choice(_NUMBERS)
    else:
        names = [{"object": rng.randrange(60)}, rng.choice(_STRANGERS), "os.system", *_ODD]
        holder[key] = copy.deepcopy(rng.choice(names))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(one)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def _signed(parts: dict[str, bytes]) -> bytes:
    """Let the manifest say what the parts are now, as whoever changed them would."""
    manifest = json.loads(parts["manifest.json"])
    for part in manifest["parts"]:
        content = parts[part["name"]]
        part.update(bytes=len(content), sha256=sha256(content).hexdigest())
    return _zipped({**parts, "manifest.json": json.dumps(manifest).encode()})


def _zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return made.getvalue()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
