"""What is kept of a large log, each read once: keys of blobs, listings, manifests, sound blobs."""

from __future__ import annotations

import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import grpc
import numpy as np
import pytest

from tb_convvis.at_hand import read_each
from tb_convvis.blob_keys import BlobKeys
from tb_convvis.blobs import encode_blob, parse_blob_info
from tb_convvis.data_server import DataServer
from tb_convvis.multiplexer import Multiplexer
from tb_convvis.parts import Want
from tb_convvis.reader import Reader
from tb_convvis.records import Record
from tb_convvis.schema import MAX_BLOBS, Picture, SchemaError, encode, parse_manifest
from tb_convvis.source import Query, Source
from tb_convvis.store import PARSED, Store
from tb_convvis.unreadable import NotAtHandError, UnreadableError
from tests.backend.test_blob_keys import key_of

RUNS, STEPS, BLOBS = 17, 200, 54


class CountingProvider:
    """Answers as TensorBoard's does, for runs of one tag each, and counts what is read."""

    def __init__(self) -> None:
        self.read = self.listed = 0
        self.steps, self.wall_time = STEPS, 1.0
        self.asked: list[str] = []
        self.blob = b""

    def list_blob_sequences(self, context: object, *, run_tag_filter: Any, **_: object) -> Any:
        self.listed += 1
        series = SimpleNamespace(
            plugin_content=b"", max_step=self.steps - 1, max_wall_time=self.wall_time, max_length=BLOBS
        )
        return self._answer(run_tag_filter, lambda run, tag: series)

    def read_blob_sequences(self, context: object, *, run_tag_filter: Any, **_: object) -> Any:
        self.read += 1
        return self._answer(run_tag_filter, self._series)

    def read_blob(self, context: object, *, blob_key: str) -> bytes:
        self.asked.append(blob_key)
        return self.blob

    def _answer(self, wanted: Any, value: Any) -> Any:
        return {run: {tag: value(run, tag) for tag in wanted.tags} for run in wanted.runs}

    def _series(self, run: str, tag: str) -> Any:
        return [
            SimpleNamespace(
                step=step,
                wall_time=self.wall_time,
                values=[SimpleNamespace(blob_key=key_of(run, tag, step, index)) for index in range(BLOBS)],
            )
            for step in range(self.steps)
        ]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tells whether a listing is one of the last second."""
    clock = Clock()
    monkeypatch.setattr("tb_convvis.records.time", clock)
    return clock


def test_the_keys_of_a_large_log_are_read_once() -> None:
    provider = CountingProvider()
    store, query, tag = Store(DataServer(provider)), Query(None, ""), "convvis/top/conv1"
    for _ in range(2):
        for number in range(RUNS):
            listed = store.tags(query, [f"run{number}"], [tag])[f"run{number}"][tag]
            records = store.records(query, f"run{number}", tag, listed)
            assert records[STEPS - 1].keys[5] == key_of(f"run{number}", tag, STEPS - 1, 5)
    assert provider.read == RUNS


def test_no_keys_are_made_of_a_record_of_too_many_blobs() -> None:
    class Huge(CountingProvider):
        def list_blob_sequences(self, context: object, *, run_tag_filter: Any, **_: object) -> Any:
            found = super().list_blob_sequences(context, run_tag_filter=run_tag_filter)
            found["run"]["tag"].max_length = MAX_BLOBS + 2
            return found

    provider, query = Huge(), Query(None, "")
    store = Store(DataServer(provider))
    with pytest.raises(UnreadableError, match="too many blobs"):
        store.records(query, "run", "tag", store.tags(query, ["run"], ["tag"])["run"]["tag"])
    assert provider.read == 0


def test_what_is_not_at_hand_is_fetched_side_by_side() -> None:
    """In the order asked for; what is at hand waits for no thread."""
    together = threading.Barrier(4)
    fetched: list[int] = []

    def read(item: int, query: Query) -> str:
        if item % 2 == 0:
            return f"{item} in {threading.current_thread().name}"
        if query.only_at_hand:
            raise NotAtHandError
        together.wait(timeout=10)
        fetched.append(item)
        return f"{item} fetched"

    own = threading.current_thread().name
    with ThreadPoolExecutor(4) as threads:
        found = read_each(threads, Query(None, ""), read, range(8))
    assert found == [f"{item} fetched" if item % 2 else f"{item} in {own}" for item in range(8)]
    assert sorted(fetched) == [1, 3, 5, 7]


def test_a_request_lists_all_that_it_wants_with_one_call() -> None:
    provider, runs = CountingProvider(), [f"run{number}" for number in range(4)]
    reader, query = Reader(Store(DataServer(provider))), Query(None, "")
    wants = [Want(run, f"convvis/top/conv{number}", (3,), (0,)) for run in runs for number in (1, 2)]
    assert [(part.run, part.tag) for part in reader.blobs(query, wants)] == [
        (want.run, want.tag) for want in wants
    ]
    assert (provider.listed, provider.read) == (1, len(wants))
    assert reader.blobs(query, []) == []


def test_what_was_read_is_answered_without_the_data_server_and_without_a_thread(clock: Clock) -> None:
    provider, tag = CountingProvider(), "convvis/run/features"
    provider.blob = encode("run", {"view": "features"}, [], logged=1)[0]
    reader, query = Reader(Store(DataServer(provider))), Query(None, "")
    wants = [Want(f"run{number}", tag, (3, 5), (0,)) for number in range(4)]
    first = reader.blobs(query, wants)
    assert [part.data for part in first] == [provider.blob] * 8
    counted = (provider.listed, provider.read, len(provider.asked))
    # Threads that have ended take no more work.
    reader._threads.shutdown()
    clock.now += 0.9
    assert reader.blobs(query, wants) == first
    assert (provider.listed, provider.read, len(provider.asked)) == counted


def test_a_listing_of_the_last_second_is_asked_for_anew_by_a_request_it_cannot_answer(clock: Clock) -> None:
    provider, tag = CountingProvider(), "convvis/run/features"
    provider.blob = encode("run", {"view": "features"}, [], logged=1)[0]
    reader, query = Reader(Store(DataServer(provider))), Query(None, "")

    def errors(*steps: int) -> list[str | None]:
        before = provider.listed
        found = [part.error for part in reader.blobs(query, [Want("run", tag, steps, (0,))])]
        return [*found, f"{provider.listed - before} listed"]

    assert errors(3) == [None, "1 listed"]
    provider.steps += 1
    assert errors(4) == [None, "0 listed"]
    assert errors(STEPS) == [None, "1 listed"]
    assert errors(STEPS, 3) == [None, None, "0 listed"]
    assert errors() == [None] * (STEPS + 1) + ["1 listed"]
    (no_step,) = errors(STEPS + 1)[:1]
    assert "no such step" in str(no_step)
    clock.now += 1
    assert errors(3) == [None, "1 listed"]
    clock.now += 0.9
    assert errors(3) == [None, "0 listed"]


def test_what_was_listed_is_not_taken_back_by_a_request_that_had_listed_before(clock: Clock) -> None:
    """A step is logged anew, and told of, while another request still reads what it was before."""
    tag = "convvis/run/features"

    class Overtaken(CountingProvider):
        def read_blob_sequences(self, context: object, *, run_tag_filter: Any, **_: object) -> Any:
            found = super().read_blob_sequences(context, run_tag_filter=run_tag_filter)
            if self.wall_time == 1:
                self.wall_time = 2.0
                clock.now += 0.1
                assert read()[3].wall_time == 2
            return found

    def read() -> dict[int, Record]:
        return store.records(query, "run", tag, store.tags(query, ["run"], [tag])["run"][tag])

    provider = Overtaken()
    provider.blob = encode("run", {"view": "features"}, [], logged=1)[0]
    store, query = Store(DataServer(provider)), Query(None, "")
    assert read()[3].wall_time == 1
    (part,) = Reader(store).blobs(query, [Want("run", tag, (3,), (0,))])
    assert (part.wall_time, part.error) == (2, None)


def test_a_data_server_that_is_gone_is_not_the_fault_of_one_blob() -> None:
    class Gone(grpc.RpcError):
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNAVAILABLE

    class Dying(CountingProvider):
        def read_blob(self, context: object, *, blob_key: str) -> bytes:
            raise Gone

    wants = [Want("run", "convvis/run/features", (3,), (0,))]
    with pytest.raises(Gone):
        Reader(Store(DataServer(Dying()))).blobs(Query(None, ""), wants)


def test_a_manifest_takes_no_more_memory_than_the_cache_counts() -> None:
    picture = Picture(b"\x89PNG\r\n\x1a\n", "image/png", 27, 27)
    texts = [encode("run", {"view": "features"}, [picture] * BLOBS, logged=step)[0] for step in range(1, 51)]
    tracemalloc.start()
    try:
        manifests = [parse_manifest(text) for text in texts]
        parsed = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(manifests[0].blobs) == BLOBS
    assert parsed + sum(map(len, texts)) < PARSED * sum(map(len, texts))


class CountingMultiplexer:
    """Holds one record of a manifest and a picture, and counts how often it is looked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.blob = b""

    def Tensors(self, run: str, tag: str) -> list[Any]:  # noqa: N802 (TensorBoard's name)
        self.asked.append("picture")
        tensor = SimpleNamespace(string_val=[b"", self.blob])
        return [SimpleNamespace(step=5, wall_time=wall_time, tensor_proto=tensor) for wall_time in (1.0, 2.0)]


@pytest.mark.parametrize("reader", ["rust", "python"])
def test_a_sound_blob_is_kept_that_took_the_data_server(reader: str) -> None:
    held: CountingProvider | CountingMultiplexer
    source: Source
    if reader == "rust":
        source = DataServer(held := CountingProvider())
    else:
        source = Multiplexer(held := CountingMultiplexer())
    store, query, keys = Store(source), Query(None, ""), BlobKeys(["manifest", "picture"])
    good, text = encode_blob(np.arange(3, dtype=np.float32))
    described = parse_blob_info(text)
    logged, logged_anew = Record(5, 1.0, 2, keys), Record(5, 2.0, 2, keys)

    def asked(record: Record) -> int:
        before = len(held.asked)
        assert store.blob(query, "run", "tag", record, 1, described=described) == good
        return len(held.asked) - before

    held.blob = b"damaged"
    for _ in range(2):
        with pytest.raises(SchemaError, match="damaged blob"):
            store.blob(query, "run", "tag", logged, 1, described=described)
    assert held.asked == ["picture", "picture"]
    held.blob = good
    again = 0 if reader == "rust" else 1
    assert [asked(logged), asked(logged), asked(logged_anew), asked(logged)] == [1, again, 1, again]
