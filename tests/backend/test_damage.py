"""Damaged, forged and odd logs: said in words, never shown as data, and harmless to what is beside them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_shape_pb2, types_pb2

from tb_convvis import schema
from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.forged import PNG, described, forged, payload
from tests.logs import LogFile
from tests.reliability.forged_records import numbers


def write(directory: Path, payloads: dict[str, Sequence[bytes]]) -> None:
    """One tag a payload, at step 0, in the run `convvis`."""
    with LogFile(directory / "convvis") as log:
        for subject, blobs in payloads.items():
            log.payload(f"convvis/filters/{subject}", 0, blobs)


def errors(board: Board, subject: str, indices: Sequence[int] = ()) -> list[str | None]:
    parts = board.parts([["convvis", f"convvis/filters/{subject}", [0], list(indices)]])
    for part, data in parts:
        assert bool(part["error"]) == (data == b"")
    return [part["error"] for part, _ in parts]


def test_every_flipped_bit_is_an_error_and_never_data(make_board: MakeBoard, tmp_path: Path) -> None:
    chance = random.Random(0)
    damaged: dict[str, tuple[int, list[bytes]]] = {}
    for number in range(150):
        blobs = payload()
        target = number % len(blobs)
        position, bit = chance.randrange(len(blobs[target])), chance.randrange(8)
        changed = bytearray(blobs[target])
        changed[position] ^= 1 << bit
        blobs[target] = bytes(changed)
        damaged[f"flip{number}"] = target, blobs
    # The records' own checksums are computed over the damage: TensorBoard passes it on.
    write(tmp_path, {subject: blobs for subject, (_, blobs) in damaged.items()})
    board = make_board(tmp_path)
    wants = [["convvis", f"convvis/filters/{subject}", [0], [0, 1, 2]] for subject in damaged]
    answered = [part for first in range(0, 150, 50) for part in board.parts(wants[first : first + 50])]
    for number, (target, blobs) in enumerate(damaged.values()):
        for part, data in answered[3 * number : 3 * number + 3]:
            assert part["tag"] == f"convvis/filters/flip{number}"
            # Nothing of a record can be believed once its manifest is damaged.
            if target in (0, part["index"]):
                assert (part["size"], data) == (0, b"")
                assert "damaged" in part["error"]
            else:
                assert part["error"] is None
                assert data == blobs[part["index"]]


RECORDS: dict[str, tuple[list[bytes], list[str | None]]] = {
    "empty": ([], ["it has no manifest"]),
    "nothing": ([b""], ["damaged manifest"]),
    "binary": ([b"\xff\xfe{}"], ["damaged manifest"]),
    "cut": (payload()[:2], [None, None, "no blob 2"]),
    "longer": ([*payload(), b"more"], [None, None, None]),
    "swapped": ([payload()[0], payload()[2], payload()[1]], [None, "damaged blob", "damaged blob"]),
    "another kind": ([forged(kind="run")], ["disagree on the kind"]),
    "logged": ([forged(logged="3")], ["malformed manifest"]),
    "newer": ([forged(version=2)], ["logged by a newer tb_convvis: payload version 2"]),
    "huge array": ([forged(blobs=[described(b"", dtype="float32", shape=[10**5] * 2)])], ["is not 0 bytes"]),
    "huge picture": ([forged(blobs=[described(PNG, media="image/png", shape=[10**5] * 2)])], ["too large"]),
    "svg": ([forged(blobs=[described(PNG, media="image/svg+xml", shape=[1, 1])])], ["unknown picture"]),
    "healthy": (payload(), [None, None, None]),
}


def test_what_is_wrong_with_a_record_is_said(make_board: MakeBoard, tmp_path: Path) -> None:
    write(tmp_path, {subject: blobs for subject, (blobs, _) in RECORDS.items()})
    board = make_board(tmp_path)
    tags = board.tags("convvis")
    for subject, (_, expected) in RECORDS.items():
        found = errors(board, subject)
        assert [error is None for error in found] == [words is None for words in expected], subject
        assert all(words in str(error) for error, words in zip(found, expected, strict=True) if words), found
        assert tags[f"convvis/filters/{subject}"]["logged"] == (None if expected[0] else 1)


def test_a_picture_that_is_none_is_refused(make_board: MakeBoard, tmp_path: Path) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    formats = ("png", "jpeg")
    write(
        tmp_path,
        {
            name: [forged(blobs=[described(script, media=f"image/{name}", shape=[10, 10])]), script]
            for name in formats
        },
    )
    board = make_board(tmp_path)
    for name in formats:
        found = errors(board, name)
        assert found[0] is None
        assert "not the picture it says" in str(found[1]), name


def test_metadata_that_cannot_be_used_is_said_in_the_index(make_board: MakeBoard, tmp_path: Path) -> None:
    contents = {
        b'{"version":2,"kind":"filters"}': "logged by a newer tb_convvis: version 2",
        b'{"version":1,"kind":"run"}': "disagree on the kind",
        b'{"version":1}': "needs an int version",
        b"\xff": "not JSON",
        b"": "not JSON",
    }
    with LogFile(tmp_path / "convvis") as log:
        for number, content in enumerate(contents):
            log.payload(f"convvis/filters/{number}", 0, payload(), content=content)
        log.payload("convvis/filters/healthy", 0, payload())
    tags = make_board(tmp_path).tags("convvis")
    for number, words in enumerate(contents.values()):
        assert words in tags[f"convvis/filters/{number}"]["error"]
        assert tags[f"convvis/filters/{number}"]["steps"] == []
    assert (tags["convvis/filters/healthy"]["error"], tags["convvis/filters/healthy"]["steps"]) == (None, [0])


def test_a_foreign_tag_is_an_entry_with_an_error(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.payload("loss", 0, payload())
    tag = make_board(tmp_path).tags("convvis")["loss"]
    assert (tag["kind"], tag["subject"]) == (None, "loss")
    assert "disagree" in tag["error"]


def test_a_tag_with_metadata_and_no_data_costs_no_other_tag(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        for plugin, data_class, tag in (
            ("convvis", summary_pb2.DATA_CLASS_BLOB_SEQUENCE, "convvis/filters/empty"),
            ("histograms", summary_pb2.DATA_CLASS_TENSOR, "convvis/weights/empty/kernel"),
        ):
            metadata = summary_pb2.SummaryMetadata(data_class=data_class)
            metadata.plugin_data.plugin_name = plugin
            metadata.plugin_data.content = schema.metadata_content("filters")
            value = summary_pb2.Summary.Value(tag=tag, metadata=metadata)
            log.event(event_pb2.Event(wall_time=1.0, step=0, summary=summary_pb2.Summary(value=[value])))
        log.payload("convvis/filters/healthy", 0, payload())
        log.histogram("convvis/weights/healthy/kernel", 0, np.ones(3))
    board = make_board(tmp_path)
    assert board.json("runs")["total"] == 1
    tags = board.tags("convvis")
    assert tags["convvis/filters/healthy"]["steps"] == [0]
    empty = tags.get("convvis/filters/empty")
    assert empty is None or (empty["steps"], "no data" in empty["error"]) == ([], True)
    (run,) = board.json("index", run="convvis")["runs"]
    assert "healthy/kernel" in {weight["name"] for weight in run["weights"]}
    want = [["convvis", f"convvis/weights/{name}/kernel"] for name in ("healthy", "empty")]
    healthy, empty = board.json("histograms", want=want)["series"]
    assert (len(healthy["points"]), healthy["error"]) == (1, None)
    assert (empty["points"], bool(empty["error"])) == ([], True)


def test_a_shape_that_claims_billions_of_blobs_allocates_nothing(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    with LogFile(tmp_path / "convvis") as log:
        metadata = summary_pb2.SummaryMetadata(data_class=summary_pb2.DATA_CLASS_BLOB_SEQUENCE)
        metadata.plugin_data.plugin_name = "convvis"
        metadata.plugin_data.content = schema.metadata_content("filters")
        value = summary_pb2.Summary.Value(tag="convvis/filters/huge", metadata=metadata)
        value.tensor.dtype = types_pb2.DT_STRING
        value.tensor.string_val.append(b"x")
        value.tensor.tensor_shape.dim.extend([tensor_shape_pb2.TensorShapeProto.Dim(size=10**5)] * 2)
        log.event(event_pb2.Event(wall_time=1.0, step=0, summary=summary_pb2.Summary(value=[value])))
        log.payload("convvis/filters/healthy", 0, payload())
    board = make_board(tmp_path)
    tags = board.tags("convvis")
    assert tags["convvis/filters/healthy"]["steps"] == [0]
    # TensorBoard's data server drops it; its Python reader lists it.
    assert ("convvis/filters/huge" in tags) == (board.reader == "python")
    expected = "damaged record" if board.reader == "python" else "no such step"
    assert expected in str(errors(board, "huge", [0])[0])


def test_a_record_of_too_many_blobs_is_said_and_no_other(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.payload("convvis/filters/conv1", 0, [b""] * (schema.MAX_BLOBS + 2))
        log.payload("convvis/filters/conv1", 1, payload())
        log.payload("convvis/filters/conv2", 0, payload())
    board = make_board(tmp_path)
    said = f"too many blobs. Received: {schema.MAX_BLOBS + 2}. Expected at most {schema.MAX_BLOBS + 1}."
    assert board.tags("convvis")["convvis/filters/conv2"]["error"] is None
    assert said in str(errors(board, "conv1", [0])[0])
    later = board.parts([["convvis", "convvis/filters/conv1", [1], [0]]])[0][0]["error"]
    # The data server would make a key of each to read any step of this tag.
    assert later is None if board.reader == "python" else said in later


def test_a_lost_data_server_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"conv1": payload()})
    board = Board(tmp_path, "rust")
    board.close()
    deadline = time.monotonic() + 10
    while (response := board.get("runs")).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    for route in ("runs", "index?run=convvis", 'blobs?want=[["convvis","convvis/filters/conv1",[],[]]]'):
        response = board.open(route)
        assert (response.status_code, response.mimetype) == (503, "text/plain")
        assert "data server does not answer" in response.text


def test_one_number_that_claims_to_be_millions_is_damaged(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.event(numbers("convvis/weights/bomb/kernel", "histograms", [10**6, 3]))
        log.histogram("convvis/weights/sound/kernel", 0, np.ones(3))
    with LogFile(tmp_path / "train") as log:
        scalar = numbers("epoch_bomb", "scalars", [10**6, 3])
        scalar.summary.value[0].metadata.data_class = summary_pb2.DATA_CLASS_SCALAR
        log.event(scalar)
        log.scalar("epoch_sound", 0, 0.5)
    board = make_board(tmp_path)
    want = [["convvis", f"convvis/weights/{name}/kernel"] for name in ("bomb", "sound")]
    bomb, sound = board.json("histograms", want=want)["series"]
    assert (bomb["points"], bomb["error"]) == ([], "1 of 1 histograms are damaged.")
    assert (len(sound["points"]), sound["error"]) == (1, None)
    want = [["train", f"epoch_{name}"] for name in ("bomb", "sound")]
    bomb, sound = board.json("scalars", want=want)["series"]
    # The data server drops such a scalar itself.
    assert [point["value"] for point in bomb["points"]] in ([], [None])
    assert [point["value"] for point in sound["points"]] == [0.5]


UNSOUND: dict[str, tuple[int, dict[str, list[Any]], list[int]]] = {
    "a type that nobody logs": (types_pb2.DT_UINT16, {"int_val": [1]}, [10**5] * 2),
    "complex numbers": (types_pb2.DT_COMPLEX64, {"scomplex_val": [1.0, 1.0]}, [10**5] * 2),
    "quantised": (types_pb2.DT_QINT8, {"int_val": [1]}, [2**31] * 2),
    "no array at all": (types_pb2.DT_VARIANT, {}, [1, 3]),
    "numbers beyond a byte": (types_pb2.DT_UINT8, {"int_val": [300] * 3}, [1, 3]),
    "bits beyond a half": (types_pb2.DT_HALF, {"half_val": [70_000] * 3}, [1, 3]),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_one_unsound_tensor_is_one_damaged_histogram(
    make_board: MakeBoard, tmp_path: Path, what: str
) -> None:
    dtype, values, shape = UNSOUND[what]
    tag = "convvis/weights/conv1/kernel"
    event = numbers(tag, "histograms", shape)
    event.step = 1
    tensor = event.summary.value[0].tensor
    tensor.ClearField("float_val")
    tensor.dtype = dtype
    for name, numbers_ in values.items():
        getattr(tensor, name).extend(numbers_)
    with LogFile(tmp_path / "convvis") as log:
        log.histogram(tag, 0, np.ones(3))
        log.event(event)
        log.histogram(tag, 2, np.ones(3))
    board = make_board(tmp_path)
    (series,) = board.json("histograms", want=[["convvis", tag]])["series"]
    assert [point["step"] for point in series["points"]] == [0, 2]
    # The data server drops some of them itself.
    said = "1 of 3 histograms are damaged."
    assert series["error"] == said or (board.reader == "rust" and series["error"] is None)
