"""Files get where they should whole, and nothing that is there is lost."""

from __future__ import annotations

import os
import stat
import threading
import uuid
from pathlib import Path

import pytest
from devices import make_device

from qconf.cli.destination import check_destination, check_folder, write_bytes
from qconf.errors import OutputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.parametrize("failing", ["replace", "chmod"])
def test_a_failed_write_leaves_the_old_file(
    failing: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk is full, the old file is still there and no temporary one is."""
    path = folder / "result.json"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, failing, full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_bytes(path, b"new")
    assert path.read_text() == "old"
    assert names(folder) == ["result.json"]


def test_an_interrupted_write_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in Python, where an interrupt is an exception."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(folder / "result.json", b"new")
    assert names(folder) == []


def test_a_folder_that_is_gone(folder: Path) -> None:
    """A folder that vanished since the check is named."""
    with pytest.raises(OutputError, match="No such file"):
        write_bytes(folder / "gone" / "result.json", b"new")


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_rights_of_new_files(umask: int, folder: Path) -> None:
    """The umask says which."""
    before = os.umask(umask)
    try:
        write_bytes(folder / "result.json", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "result.json").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o666])
def test_an_old_file_keeps_its_mode(mode: int, folder: Path) -> None:
    """A secret stays one, whatever the umask."""
    path = folder / "result.json"
    path.write_text("old")
    path.chmod(mode)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_an_old_file_keeps_its_owner(folder: Path) -> None:
    """Where that is possible."""
    path = folder / "result.json"
    path.write_text("old")
    os.chown(path, 1234, 4321)
    path.chmod(0o4750)
    write_bytes(path, b"new")
    found = path.stat()
    assert (found.st_uid, found.st_gid) == (1234, 4321)
    assert stat.S_IMODE(found.st_mode) == 0o4750


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(there: bool, folder: Path) -> None:
    """Its target gets the new content, in the target's folder; also if it was not there yet."""
    (folder / "shelf").mkdir()
    if there:
        (folder / "shelf" / "real.json").write_text("old")
        (folder / "shelf" / "real.json").chmod(0o600)
    (folder / "link.json").symlink_to("shelf/middle.json")
    (folder / "shelf" / "middle.json").symlink_to("real.json")
    check_destination("link.json")
    write_bytes(Path("link.json"), b"new")
    assert (folder / "link.json").is_symlink()
    assert (folder / "shelf" / "middle.json").is_symlink()
    assert (folder / "shelf" / "real.json").read_bytes() == b"new"
    assert names(folder) == ["link.json", "shelf"]
    assert names(folder / "shelf") == ["middle.json", "real.json"]
    if there:
        assert stat.S_IMODE((folder / "shelf" / "real.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("device", ["null", "link"])
def test_a_device_is_written_through(device: str, folder: Path) -> None:
    """It is not replaced by a file, also if a link leads to it."""
    if not make_device(folder / "null", "null"):
        pytest.skip("no device can be made here")
    (folder / "link").symlink_to("null")
    before = (folder / "null").stat()
    check_destination(device)
    write_bytes(Path(device), b"new")
    assert stat.S_ISCHR((folder / "null").stat().st_mode)
    assert (folder / "null").stat().st_ino == before.st_ino
    assert (folder / "link").is_symlink()
    assert names(folder) == ["link", "null"]


def test_a_named_pipe_is_written_through(folder: Path) -> None:
    """Its reader gets everything, and the pipe stays; more than a pipe holds is no matter."""
    os.mkfifo(folder / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()))
    check_destination("pipe")
    reader.start()
    content = bytes(range(256)) * 1000
    write_bytes(Path("pipe"), content)
    reader.join(10)
    assert got == [content]
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_an_open_descriptor_is_written_through(name: str, folder: Path) -> None:
    """As the other end of ``>(...)``, and as /dev/stdout that was redirected with ``>>``."""
    (folder / "log").write_text("before\n")
    with (folder / "log").open("a") as log:
        (folder / "link").symlink_to(f"/dev/fd/{log.fileno()}")
        path = name.format(log.fileno())
        check_destination(path)
        write_bytes(Path(path), b"new\n")
        log.write("after\n")
    assert (folder / "log").read_text() == "before\nnew\nafter\n"
    assert names(folder) == ["link", "log"]


def test_the_check_leaves_nothing_and_touches_nothing(folder: Path) -> None:
    """The file that is to be written stays as it was until it is."""
    (folder / "result.json").write_text("old")
    before = (folder / "result.json").stat()
    check_destination("result.json")
    check_destination("new.json")
    check_folder("pictures")
    assert names(folder) == ["result.json"]
    after = (folder / "result.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("length", [255, 254, 250, 200])
def test_a_name_may_be_as_long_as_names_can_be(length: int, folder: Path) -> None:
    """The temporary file beside it needs no longer one."""
    name = "n" * length
    check_destination(name)
    write_bytes(Path(name), b"new")
    assert names(folder) == [name]


@pytest.mark.usefixtures("folder")
def test_a_folder_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried, not asked for: to root everything is writable, but not a file system for reading."""

    def read_only(*_: object) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(OutputError, match=r"is not writable \(Read-only file system\)"):
        check_destination("result.json")
    with pytest.raises(OutputError, match="is not writable"):
        check_folder("pictures")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_may_not_be_written(folder: Path) -> None:
    """Its folder might allow to replace it; its owner did not mean that."""
    (folder / "result.json").write_text("old")
    (folder / "result.json").chmod(0o444)
    with pytest.raises(OutputError, match="the file is not writable"):
        check_destination("result.json")


@pytest.mark.parametrize(
    ("output", "given", "words"),
    [
        ("a.csv", "a.csv", "the table itself"),
        ("./x/../a.csv", "a.csv", "the table itself"),
        ("linked.csv", "a.csv", "the table itself"),
        ("a.csv", "linked.csv", "the table itself"),
        ("hard.csv", "a.csv", "the table itself"),
        ("here/here/a.csv", "a.csv", "the table itself"),
        ("x/1.parquet", "x", "the table itself"),
        ("x/1.parquet", "here/x/", "the table itself"),
        ("x/deep/2.pq", "x", "the table itself"),
        ("x/1.parquet", "x/*", "the table itself"),
        ("x/new.parquet", "x", "a part of the table"),
        ("x/deep/new.PARQUET", "here/x", "a part of the table"),
        ("here/x/new.parquet", "x/*.parquet", "a part of the table"),
        ("new.csv", "*.csv", "a part of the table"),
        ("x/new.csv", "x", None),
        ("text/1.csv", "text", "the table itself"),
        ("text/new.tsv", "text", "a part of the table"),
        ("text/new.parquet", "text", "a part of the table"),
        ("text/new.json", "text", None),
        ("x/new.json", "x", None),
        ("x/new.json", "x/*.parquet", None),
        ("new.parquet", "x", None),
        ("a.csv", "x", None),
        ("b.csv", "a.csv", None),
        ("b.csv", "not there.csv", None),
        ("a.csv", "-", None),
        ("[a].csv", "[a].csv", "the table itself"),
        ("new.csv", "[a].csv", None),
    ],
)  # fmt: skip
def test_an_input_is_never_overwritten(
    output: str, given: str, words: str | None, folder: Path
) -> None:
    """By whatever name; nor does a result become a part of its own table."""
    (folder / "x" / "deep").mkdir(parents=True)
    (folder / "text").mkdir()
    for name in ("a.csv", "b.csv", "[a].csv", "x/1.parquet", "x/deep/2.pq", "text/1.csv"):
        (folder / name).write_text(name)
    (folder / "linked.csv").symlink_to("a.csv")
    (folder / "hard.csv").hardlink_to("a.csv")
    (folder / "here").symlink_to(".")
    if words is None:
        check_destination(output, [given])
    else:
        with pytest.raises(OutputError, match=words):
            check_destination(output, [given])


def test_standard_input_is_an_input(folder: Path) -> None:
    """``qconf compare - < sales.csv --output sales.csv`` would lose the table, too."""
    (folder / "sales.csv").write_text("a,b")
    kept = os.dup(0)
    try:
        with (folder / "sales.csv").open() as table:
            os.dup2(table.fileno(), 0)
            with pytest.raises(OutputError, match="the table itself"):
                check_destination("sales.csv", ["-"])
    finally:
        os.dup2(kept, 0)
        os.close(kept)


def test_a_trial_never_meets_a_file_of_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that has the name of the trial is not touched, but said to be in the way."""
    fixed = uuid.UUID(int=5)
    monkeypatch.setattr(uuid, "uuid4", lambda: fixed)
    other = folder / f".qconf-{fixed.hex[:16]}.tmp"
    other.write_text("mine")
    with pytest.raises(OutputError, match="File exists"):
        check_destination("result.json")
    assert other.read_text() == "mine"


def test_a_name_that_is_no_name() -> None:
    """Python lets through what no shell does."""
    with pytest.raises(OutputError, match="null"):
        check_destination("a\0b")
