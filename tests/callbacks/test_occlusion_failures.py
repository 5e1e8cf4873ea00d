"""What the occlusion maps do where memory, the disk or the user's pictures give out."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import OcclusionMaps, TopActivations
from tb_convvis.callbacks.duration_notice import DurationNotice
from tb_convvis.callbacks.probe import Probe
from tb_convvis.callbacks.probe_record import probe_record
from tb_convvis.callbacks.training_log import LogWriteError, TrainingLog
from tb_convvis.methods import TopActivationSearch
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.occluded_model import OccludedModel
from tests.callbacks.helpers import blob, fit, pictures, records, small_model
from tests.callbacks.test_occlusion_maps import LAYER, STATUS, TAG

PROBE = "convvis/probe/occlusion"


def no_memory(*_: Any, **__: Any) -> Any:
    raise tf.errors.ResourceExhaustedError(None, None, "no more memory")


def test_a_picture_that_does_not_fit_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fails(*_: Any) -> Any:
        calls.append(1)
        no_memory()

    monkeypatch.setattr(OccludedModel, "unoccluded", fails)
    with pytest.warns(RuntimeWarning, match="Out of memory with one whole image") as warned:
        fit(small_model(), OcclusionMaps(tmp_path, data=pictures()), epochs=3)
    assert len(calls) == 1
    assert len(records(tmp_path / "convvis", STATUS)) == 4
    (message,) = [str(w.message) for w in warned if "ConvVis" in str(w.message)]
    assert "layers=[...]" not in message and "on_error='raise'" in message


@pytest.mark.parametrize(("what", "once"), [("memory", True), ("other", False)])
def test_grids_are_logged_where_the_search_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, once: bool
) -> None:
    calls = []

    def fails(*_: Any) -> Any:
        calls.append(1)
        raise (no_memory() if once else RuntimeError("no such luck"))

    monkeypatch.setattr(TopActivationSearch, "__call__", fails)
    with pytest.warns(RuntimeWarning, match=rf"for layer '{LAYER}'.*Choose other layers with layers=\[...\]"):
        fit(small_model(), OcclusionMaps(tmp_path, data=pictures(), images=2), epochs=2)
    run = tmp_path / "convvis"
    assert len(records(run, TAG)) == 3 and len(calls) == (1 if once else 3)
    for record, status in zip(records(run, TAG), records(run, STATUS), strict=True):
        facts = record.manifest.facts
        assert ("no more memory" if once else "no such luck") in facts["refused"]
        assert len(record.manifest.blobs) == 4 and np.ptp(blob(record, 0)) > 0
        assert (blob(record, 3)[..., 1] == -1).all(), "no picture stands in any place"
        (failure,) = status.manifest.facts["failures"]
        assert failure["layer"] == LAYER


@pytest.mark.parametrize("fails_at", ["write", "flush"])
@pytest.mark.parametrize(
    ("callback", "tag"), [(OcclusionMaps, PROBE), (TopActivations, "convvis/probe/pictures")]
)
def test_probe_pictures_are_written_until_they_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, callback: Any, tag: str, fails_at: str
) -> None:
    method = getattr(TrainingLog, fails_at)
    failed: list[int] = []

    def full(self: TrainingLog, *arguments: Any) -> Any:
        if not failed and arguments[:1] in (("probe",), ()):
            failed.append(1)
            if fails_at == "flush":  # what was written before is lost with the file
                assert self._writer
                self._writer._give_up_file()
                for file in (tmp_path / "convvis").iterdir():
                    file.unlink()
            raise LogWriteError("disk full for a moment")
        return method(self, *arguments)

    monkeypatch.setattr(TrainingLog, fails_at, full)
    with pytest.warns(RuntimeWarning, match="disk full"):
        fit(small_model(), callback(tmp_path, data=pictures()), epochs=3)
    (record,) = records(tmp_path / "convvis", tag)
    assert record.step == 1 and record.manifest.facts["count"] == 24


def test_probe_pictures_are_drawn_one_at_a_time() -> None:
    images = np.random.default_rng(0).integers(0, 255, (40, 64, 64, 3)).astype(np.uint8)
    probe = Probe(images, None, drawn_from=40)
    probe_record(probe, 0, None, "RGB")
    tracemalloc.start()
    try:
        record = probe_record(probe, 0, None, "RGB")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    encoded = sum(len(picture.data) for picture in record.blobs)
    assert peak < encoded + 10 * images[0].size * 4, "all as floating numbers would be 40 of them"


def test_no_picture_is_run_in_vain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled step takes one number of pictures; what is not there is filled up with the last."""
    run_through, batches = [0], ModelImages.batches

    def counted(self: ModelImages, size: int) -> Any:
        for first, count, arrays in batches(self, size):
            run_through[0] += len(arrays[0])
            yield first, count, arrays

    monkeypatch.setattr(ModelImages, "batches", counted)
    x, y = pictures()
    fit(small_model(), OcclusionMaps(tmp_path, data=(x, y), images=8), epochs=1)
    assert run_through[0] == 2 * (24 + 8)


def test_a_pixel_that_is_no_number_spoils_neither_colour_nor_pictures(tmp_path: Path) -> None:
    x, y = pictures()
    clean = x.copy()
    x[4, 3, 3], x[5, 2, 2] = np.nan, np.inf
    fit(small_model(), OcclusionMaps(tmp_path, data=(x, y), images=4, search=24), epochs=1)
    run = tmp_path / "convvis"
    facts = records(run, TAG)[-1].manifest.facts
    kept = np.ones(x.shape[:3], bool)
    kept[4, 3, 3] = kept[5, 2, 2] = False
    np.testing.assert_allclose(facts["value"], clean[kept].mean(0, dtype=np.float64), atol=1e-6)
    low, high = clean[kept].min(0), clean[kept].max(0)
    drawn = blob(records(run, PROBE)[0], 0)
    np.testing.assert_allclose(drawn / 255, (clean[0] - low) / (high - low), atol=0.6 / 255)


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now


def test_long_work_is_announced_once_and_short_work_never(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("tb_convvis.callbacks.duration_notice.time", clock)
    said: list[tuple[float, float]] = []
    for pace, expected in ((2.0, [(5 + 2 * 20, 2 * 20)]), (0.1, [])):
        clock.now = 100.0
        said.clear()
        notice = DurationNotice(lambda whole, work: said.append((whole, work)))
        clock.now += 5  # compiling, and the first piece in its time
        for done in range(1, 21):
            clock.now += pace
            notice(done, 20)
        assert said == [pytest.approx(times) for times in expected]


@pytest.mark.parametrize("verbose", [0, 2])
def test_a_long_start_is_said_beforehand_unless_the_fit_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verbose: int
) -> None:
    clock, step = Clock(), OccludedModel.step
    monkeypatch.setattr("tb_convvis.callbacks.duration_notice.time", clock)

    def slow(self: Any, *arguments: Any, **options: Any) -> Any:
        clock.now += 2
        return step(self, *arguments, **options)

    monkeypatch.setattr(OccludedModel, "step", slow)
    callback = OcclusionMaps(tmp_path, data=pictures(), images=8, size=4, stride=4, batch_size=3)
    fit(small_model(), callback, epochs=2, verbose=verbose)
    lines = [line for line in capsys.readouterr().out.splitlines() if "occlusion maps will take" in line]
    # 8 pictures of 3 steps; before the first, 3 steps in each way to find out which is faster.
    expected = "ConvVis: occlusion maps will take about 60 s at the start and 48 s per logged epoch"
    assert len(lines) == (verbose > 0) and all(line.startswith(expected) for line in lines)


def test_numbers_of_numpy_are_taken(tmp_path: Path) -> None:
    four, two = np.int64(4), np.array([2, 2], np.int32)
    given: Any = {"images": four, "search": np.int16(9), "size": four, "stride": two}
    callback = OcclusionMaps(tmp_path, data=pictures(), **given)
    again = OcclusionMaps.from_config(callback.get_config())
    for each in (callback, again):
        assert (each.images, each.search, each.size, each.stride) == (4, 9, 4, [2, 2])
    fit(small_model(), callback, epochs=1)
    assert records(tmp_path / "convvis", TAG)[0].manifest.facts["stride"] == [2, 2]


@pytest.mark.parametrize(
    "arguments",
    [
        {"size": 4.0},
        {"size": 0},
        {"size": (3,)},
        {"size": (3, 2.5)},
        {"size": True},
        {"stride": (0, 1)},
        {"stride": "2"},
        {"stride": 5, "size": 4},
        {"stride": (2, 4), "size": (4, 3)},
        {"images": True},
        {"images": 2.0},
    ],
)
def test_arguments_that_cannot_be_used_are_refused_at_once(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"Received: {next(iter(arguments))}=.*Expected a"):
        OcclusionMaps("logs", data=np.zeros((2, 8, 8, 3)), **arguments)
