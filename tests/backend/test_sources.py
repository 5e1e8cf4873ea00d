"""Both readers' sources against TensorBoard's own data provider over the same log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2
from tensorboard.context import RequestContext
from tensorboard.data.provider import RunTagFilter
from tensorboard.errors import NotFoundError
from tensorboard.plugins.histogram.summary_v2 import histogram_pb

from tb_convvis.data_server import ALL_STEPS, DataServer
from tb_convvis.multiplexer import Multiplexer
from tb_convvis.source import Query, Source
from tb_convvis.unreadable import NotAtHandError
from tests.backend.boards import Board
from tests.backend.conftest import READERS
from tests.logs import LogFile, write_run

QUERY = Query(RequestContext(), "")
RUNS = ("sgd/convvis", "sgd/train", "odd")
WRITTEN = {4: [b"", b"\x00\xff", b"x" * 999], 7: [b"one"]}


@pytest.fixture(scope="module", params=READERS)
def board(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    directory = tmp_path_factory.mktemp("sources")
    write_run(directory / "sgd", range(12))
    write_run(directory / "adam", range(3), seed=10)
    with LogFile(directory / "odd") as log:
        for step, blobs in WRITTEN.items():
            log.payload("convvis/filters/blobs", step, blobs)
        # Names that are taken by another plugin's data, of the same class and of another.
        log.payload("convvis/filters/foreign", 0, [b"no"], plugin="other")
        log.histogram("convvis/filters/histogram", 0, np.ones(3))
        for step in range(5):
            log.scalar("epoch_loss", step, 1 / (1 + step))
    board = Board(directory, request.param, "--samples_per_plugin=convvis=8")
    yield board
    board.close()


@pytest.fixture(scope="module")
def source(board: Board) -> Source:
    return (
        Multiplexer(board.provider._multiplexer) if board.reader == "python" else DataServer(board.provider)
    )


def test_runs_and_tags_are_those_of_the_provider(board: Board, source: Source) -> None:
    listed = board.provider.list_blob_sequences(QUERY.context, experiment_id="", plugin_name="convvis")
    assert set(listed) == {"sgd/convvis", "adam/convvis", "odd"} == source.logged_runs(QUERY)
    runs = board.provider.list_runs(QUERY.context, experiment_id="")
    assert source.runs(QUERY) == [run.run_name for run in runs]
    found = source.tags(QUERY, None, None)
    assert {run: set(tags) for run, tags in found.items()} == {run: set(tags) for run, tags in listed.items()}
    for run, tags in found.items():
        assert {tag: one.content for tag, one in tags.items()} == {
            tag: one.plugin_content for tag, one in listed[run].items()
        }
    assert source.tags(QUERY, ["odd", "sgd/convvis", "none"], ["convvis/filters/blobs"]) == {
        "odd": {"convvis/filters/blobs": found["odd"]["convvis/filters/blobs"]}
    }
    for name, plugin in (("list_tensors", "histograms"), ("list_scalars", "scalars")):
        call = getattr(board.provider, name)
        theirs = call(
            QUERY.context, experiment_id="", plugin_name=plugin, run_tag_filter=RunTagFilter(runs=RUNS)
        )
        ours = source.histogram_tags if plugin == "histograms" else source.scalar_tags
        assert ours(QUERY, RUNS) == {run: set(tags) for run, tags in theirs.items()}
        assert any(theirs.values())


def test_every_blob_is_that_of_the_provider(board: Board, source: Source) -> None:
    compared = 0
    for run, tags in source.tags(QUERY, None, None).items():
        for tag in tags:
            wanted = RunTagFilter(runs=[run], tags=[tag])
            series = board.provider.read_blob_sequences(
                QUERY.context,
                experiment_id="",
                plugin_name="convvis",
                run_tag_filter=wanted,
                downsample=ALL_STEPS,
            )[run][tag]
            records = source.records(QUERY, run, tag)
            assert [(record.step, record.wall_time, record.blobs) for record in records] == [
                (one.step, one.wall_time, len(one.values)) for one in series
            ]
            for record, one in zip(records, series, strict=True):
                for index, value in enumerate(one.values):
                    theirs = board.provider.read_blob(QUERY.context, blob_key=value.blob_key)
                    assert source.blob(QUERY, run, tag, record, index) == bytes(theirs)
                    compared += 1
    assert compared > 50
    name = "odd", "convvis/filters/blobs"
    assert {
        record.step: [source.blob(QUERY, *name, record, index) for index in range(record.blobs)]
        for record in source.records(QUERY, *name)
    } == WRITTEN


def test_every_histogram_and_scalar_is_that_of_the_provider(board: Board, source: Source) -> None:
    for call, plugin, ours, tags in (
        (board.provider.read_tensors, "histograms", source.histograms, source.histogram_tags(QUERY, RUNS)),
        (board.provider.read_scalars, "scalars", source.scalars, source.scalar_tags(QUERY, RUNS)),
    ):
        for run, names in tags.items():
            for tag in names:
                wanted = RunTagFilter(runs=[run], tags=[tag])
                series = call(
                    QUERY.context,
                    experiment_id="",
                    plugin_name=plugin,
                    run_tag_filter=wanted,
                    downsample=ALL_STEPS,
                )[run][tag]
                data = ours(QUERY, run, tag)
                assert [(datum.step, datum.wall_time) for datum in data] == [
                    (one.step, one.wall_time) for one in series
                ]
                for datum, one in zip(data, series, strict=True):
                    theirs = one.value if plugin == "scalars" else one.numpy
                    np.testing.assert_array_equal(datum.value, theirs)
                assert data
    # Of another plugin, of another class, of nobody.
    assert source.histograms(QUERY, "odd", "convvis/filters/blobs") == []
    assert source.scalars(QUERY, "odd", "convvis/filters/histogram") == []
    assert source.scalars(QUERY, "none", "none") == []


def test_a_record_that_is_gone_is_no_other_one(tmp_path: Path) -> None:
    """A resumed fit logs a step anew between the listing and the reading of its blobs."""
    with LogFile(tmp_path / "convvis") as log:
        log.start(0)
        log.payload("convvis/filters/conv1", 3, [b"before"], wall_time=1.0)
    multiplexer = Board(tmp_path, "python").provider._multiplexer
    source = Multiplexer(multiplexer)
    name = "convvis", "convvis/filters/conv1"
    (before,) = source.records(QUERY, *name)
    state = source.tags(QUERY, None, None)[name[0]][name[1]].state
    with LogFile(tmp_path / "convvis", number=1) as log:
        log.start(3, wall_time=2.0)
        log.payload("convvis/filters/conv1", 3, [b"after"], wall_time=2.0)
    multiplexer.Reload()
    assert source.tags(QUERY, None, None)[name[0]][name[1]].state != state
    (after,) = source.records(QUERY, *name)
    assert source.blob(QUERY, *name, after, 0) == b"after"
    with pytest.raises(NotFoundError, match="step 3 is gone"):
        source.blob(QUERY, *name, before, 0)


def test_what_is_dropped_changes_the_state(tmp_path: Path) -> None:
    """The last record alone would not tell."""
    with LogFile(tmp_path / "convvis") as log:
        log.start(0)
        for step in (5, 3):
            log.payload("convvis/filters/conv1", step, [b"x"], wall_time=1.0)
    multiplexer = Board(tmp_path, "python").provider._multiplexer
    source = Multiplexer(multiplexer)
    states = [source.tags(QUERY, None, None)["convvis"]["convvis/filters/conv1"].state]
    for number, step in ((1, 4), (2, 0)):
        with LogFile(tmp_path / "convvis", number=number) as log:
            log.start(step)
        multiplexer.Reload()
        states.append(source.tags(QUERY, None, None)["convvis"]["convvis/filters/conv1"].state)
    assert len(source.records(QUERY, "convvis", "convvis/filters/conv1")) == 0
    assert len(set(states)) == 3
    assert None not in states


def test_the_data_server_is_not_asked_by_who_wants_only_what_is_at_hand(board: Board, source: Source) -> None:
    at_hand = Query(QUERY.context, "", only_at_hand=True)
    name = "odd", "convvis/filters/blobs"
    (record, *_) = source.records(QUERY, *name)
    reads: list[Callable[[Query], object]] = [
        lambda query: source.blob(query, *name, record, 0),
        lambda query: source.records(query, *name),
        lambda query: source.histograms(query, "odd", "convvis/filters/histogram"),
        lambda query: source.scalars(query, "odd", "epoch_loss"),
    ]
    for read in reads:
        if source.at_hand:
            assert repr(read(at_hand)) == repr(read(QUERY))
        else:
            with pytest.raises(NotAtHandError):
                read(at_hand)


def test_a_foreign_record_under_our_name_is_no_run_of_ours(tmp_path: Path) -> None:
    with LogFile(tmp_path / "foreign") as log:
        histogram = histogram_pb("convvis/filters/conv1", np.ones(3))
        histogram.value[0].metadata.plugin_data.plugin_name = "convvis"
        log.event(event_pb2.Event(wall_time=1.0, step=0, summary=histogram))
    for reader in READERS:
        board = Board(tmp_path, reader)
        assert board.json("runs")["runs"] == []
        board.close()
