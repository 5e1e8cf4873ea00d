"""The command line: what it says, what it writes, and what it leaves alone."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2

from tb_convvis.__main__ import main
from tb_convvis.doctor.causes import CAUSES
from tb_convvis.doctor.command import escaped
from tests.logs import LogFile, write_run
from tests.reliability.damaged_files import DAMAGED_FILES, damaged_record, write_filters
from tests.reliability.odd_directories import ODD_DIRECTORIES
from tests.reliability.record_file import flip, places

DOCUMENT = Path(__file__).parents[2] / "docs" / "doctor.md"


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*tfevents*") if path.is_file()
    }


def damage(path: Path) -> int:
    """Flip a bit of a length; returns the offset of its record."""
    content = path.read_bytes()
    start = damaged_record(content).start
    path.write_bytes(flip(content, start))
    return start


def test_a_healthy_log_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "run", range(2))
    assert main(["doctor", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("0 problems in 0 of 2 event files, 0 notes; ")
    assert said.err == ""


def test_file_byte_cause_and_what_is_not_shown_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = damage(write_filters(tmp_path / "run"))
    assert main(["doctor", str(tmp_path)]) == 1
    name, finding, _, server, reader, total = capsys.readouterr().out.splitlines()
    assert name.startswith("run/events.out.tfevents.")
    assert finding.startswith(f"  byte {start}: damaged length: ")
    assert (
        server == f"  TensorBoard's data server stops at byte {start}: 4 valid records behind it not shown."
    )
    assert reader.startswith("  TensorBoard's Python reader stops")
    assert total == "1 problem in 1 of 1 event file, 0 notes; 10 valid records."


def test_what_is_salvaged_is_healthy_and_the_old_one_is_as_it_was(tmp_path: Path) -> None:
    old, new, again = (tmp_path / name for name in ("old", "new", "again"))
    path = write_filters(old / "a" / "convvis")
    sound = path.read_bytes()
    damage(path)
    write_run(old / "b", range(2))
    before = files(old)
    assert main(["doctor", str(old), "--salvage", str(new)]) == 1
    assert files(old) == before
    lost = damaged_record(sound)
    salvaged = files(new)
    assert salvaged.keys() == before.keys()
    assert salvaged.pop(str(path.relative_to(old))) == sound[: lost.start] + sound[lost.end :]
    assert salvaged == {name: content for name, content in before.items() if name in salvaged}
    assert main(["doctor", str(new), "--salvage", str(again)]) == 0
    assert files(again) == files(new)


def test_a_file_that_lost_its_version_gets_one(tmp_path: Path) -> None:
    path = write_filters(tmp_path / "old")
    content = path.read_bytes()
    path.write_bytes(flip(content, 0))
    assert main(["doctor", str(tmp_path / "old"), "--salvage", str(tmp_path / "new")]) == 1
    salvaged = (tmp_path / "new" / path.name).read_bytes()
    first, *others = places(salvaged)
    version = event_pb2.Event.FromString(salvaged[first.data : first.end - 4])
    assert version.file_version == "brain.Event:2"
    assert salvaged[others[0].start :] == content[places(content)[0].end :]


@pytest.mark.parametrize(
    "name", [*DAMAGED_FILES, "pipe", "links-in-circles", "link-to-nothing", "read-errors"]
)
def test_whatever_was_salvaged_is_healthy(tmp_path: Path, name: str) -> None:
    {**DAMAGED_FILES, **ODD_DIRECTORIES}[name](tmp_path / "old" / "run")
    assert main(["doctor", str(tmp_path / "old"), "--salvage", str(tmp_path / "new")]) in (0, 1)
    if (tmp_path / "new").exists():
        assert main(["doctor", str(tmp_path / "new")]) == 0


@pytest.mark.parametrize("where", ["old", "old/new", "old/linked", "full", "file", "old/../old/x"])
def test_salvage_into_what_is_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    write_filters(tmp_path / "old")
    write_filters(tmp_path / "full")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "outside").mkdir()
    write_filters(tmp_path / "outside" / "run")
    (tmp_path / "old" / "linked").symlink_to(tmp_path / "outside" / "run", target_is_directory=True)
    before = files(tmp_path)
    assert main(["doctor", str(tmp_path / "old"), "--salvage", str(tmp_path / where)]) == 2
    assert "Expected a directory" in capsys.readouterr().err
    assert files(tmp_path) == before


def test_an_empty_directory_can_be_salvaged_into(tmp_path: Path) -> None:
    write_filters(tmp_path / "old")
    (tmp_path / "new").mkdir()
    assert main(["doctor", str(tmp_path / "old"), "--salvage", str(tmp_path / "new")]) == 0
    assert files(tmp_path / "new") == files(tmp_path / "old")


def test_no_directory_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(tmp_path / "none")]) == 2
    assert "is no directory" in capsys.readouterr().err
    with pytest.raises(SystemExit) as refused:
        main(["doctor"])
    assert refused.value.code == 2


@pytest.mark.parametrize("record", ["small", "larger-than-a-buffer"])
def test_a_new_directory_that_cannot_be_written_is_not_blamed_on_the_log(
    tmp_path: Path, record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small record is only flushed as its file is closed, a large one as it is kept."""
    with LogFile(tmp_path / "old") as file:
        size = 8 if record == "small" else 300
        file.filters("conv1", 1, np.ones((3, 3, 3, size), np.float32))
    before = files(tmp_path / "old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        status = main(["doctor", str(tmp_path / "old"), "--salvage", str(tmp_path / "new")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    (name,) = before
    assert said.err.startswith(f"doctor: cannot write {tmp_path / 'new' / name}: File too large.")
    assert files(tmp_path / "old") == before


def test_a_new_directory_that_cannot_be_made_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_filters(tmp_path / "old")
    assert main(["doctor", str(tmp_path / "old"), "--salvage", "/proc/none"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err[:34]) == ("", "doctor: cannot write /proc/none/ev")


def test_nothing_found_is_not_said_to_be_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty" / "run").mkdir(parents=True)
    assert main(["doctor", str(tmp_path / "empty"), "--salvage", str(tmp_path / "new")]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "", f"doctor: no event file below {tmp_path / 'empty'}. Expected: a log directory that holds some.\n"
    )  # fmt: skip


def test_nothing_is_said_to_be_written_where_no_record_is_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old" / "events.out.tfevents.1"
    path.parent.mkdir()
    path.write_bytes(bytes(100))
    assert main(["doctor", str(path.parent), "--salvage", str(tmp_path / "new")]) == 1
    assert capsys.readouterr().out.endswith("0 valid records.\nNothing was written.\n")
    assert not (tmp_path / "new").exists()


def test_what_is_no_local_directory_is_named_as_it_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_filters(tmp_path / "run")
    for arguments, words in (
        (["gs://b/logs"], "gs://b/logs is a remote directory. Expected: a local one; copy "),
        ([str(tmp_path), "--salvage", "gs://b/new"], "gs://b/new is a remote directory."),
        ([str(file)], f"{file} is a file. Expected: a log directory, such as {tmp_path / 'run'}."),
        ([""], "'' is no directory."),
    ):
        assert main(["doctor", *arguments]) == 2
        assert capsys.readouterr().err.startswith(f"doctor: {words}")


def test_a_name_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"\x1b[2J\xe2\x80\xaeevil\n\xff")
    damage(write_filters(tmp_path / name))
    assert main(["doctor", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    assert "\\x1b[2J\\u202eevil\\n\\udcff" in out
    assert len(escaped("x" * 10**6)) < 1000


def test_every_cause_is_documented() -> None:
    documented = DOCUMENT.read_text(encoding="utf-8")
    rows = [
        f"| {cause.what} | {cause.effect} | {' and '.join(sorted(cause.stops)) or 'none'} "
        f"| {'no' if cause.is_problem else 'yes'} |"
        for cause in CAUSES.values()
    ]
    assert [row for row in rows if row not in documented] == []
