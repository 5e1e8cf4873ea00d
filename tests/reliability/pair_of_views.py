"""One view under faults, beside another that must not notice."""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from functools import cached_property, partial
from io import StringIO
from pathlib import Path
from types import FrameType

import tensorflow as tf

from tb_convvis.callbacks import ConvVis, ViewCallback
from tests.callbacks.helpers import Record, records
from tests.reliability.call_sites import CallSites
from tests.reliability.repeated_training import RepeatedTraining, State, differences, pictures

MARK = "an injected fault"
ORDINARY = (ValueError, TypeError, RuntimeError, KeyError, MemoryError, OSError)
TENSORFLOWS = (tf.errors.ResourceExhaustedError, tf.errors.InvalidArgumentError)
PASSING = (KeyboardInterrupt, SystemExit)
FAULTS: dict[str, Callable[[], BaseException]] = {
    **{kind.__name__: partial(kind, MARK) for kind in (*ORDINARY, *PASSING)},
    **{kind.__name__: partial(kind, None, None, MARK) for kind in TENSORFLOWS},
}
UNTOLD = ("layer_record.py",)
"""Where what cannot be had is left out without a word: what a layer does not tell of itself."""
CHANGING = ("seconds", "bytes", "way", "reason")
"""Facts that are not the same in two trainings: times, and which way was the faster."""

Log = Counter[tuple[str, int, str]]


@dataclass(frozen=True)
class Injection:
    """A call that fails, how, at every time or only at the first, and which other fails all the while."""

    site: int
    fault: str
    always: bool
    while_failing: int | None = None


class PairOfViews:
    """One view of `ConvVis`, and another that must not notice what happens to it.

    `reached`: numbers of the calls that a training with the view alone makes.

    Args:
        training: what is trained.
        sites: the calls, instrumented.
        number: of the view.
    """

    def __init__(self, training: RepeatedTraining, sites: CallSites, number: int) -> None:
        self._training, self._sites = training, sites
        self._callback = ConvVis("unused", data=pictures(), budget=None)
        self.view = self._callback.views[number]
        bystander = self._callback.views[0 if number else 1]
        self._victims: list[ViewCallback | None] = []
        self._callback.views, before = [self.view], {**sites.counts}
        self._fit()
        self.reached = self._since(before)
        self._callback.views = [self.view, bystander]

    @cached_property
    def _expected(self) -> tuple[State, Log]:
        """What a training without a fault leaves and logs."""
        state, log, _ = self._fit()
        return state, log

    def reached_while_failing(self, site: int) -> set[int]:
        """Numbers of the calls that are made only where another fails."""
        before = {**self._sites.counts}
        with self._sites.failing(site, FAULTS["ValueError"], always=True):
            self._fit()
        return self._since(before) - self.reached

    def inject(self, injection: Injection) -> list[str]:
        """Train with one fault and return what is wrong then; empty where all is well."""
        expected, _ = self._expected
        self._victims = []
        passes = injection.fault in {kind.__name__ for kind in PASSING}
        with ExitStack() as faults:
            if injection.while_failing is not None:
                faults.enter_context(
                    self._sites.failing(injection.while_failing, FAULTS["ValueError"], always=True)
                )
            fault = self._sites.failing(injection.site, lambda: self._make(injection.fault), injection.always)
            faults.enter_context(fault)
            try:
                state, log, words = self._fit()
            except PASSING as error:
                return [] if passes else [f"the fit ended with {error!r}"]
            except Exception as error:  # noqa: BLE001 (what is looked for)
                return [f"the fit ended with {error!r}"]
        if passes:
            return ["the fit went on"]
        problems = [f"{name} changed" for name in differences(state, expected)]
        if not self._victims:
            problems.append("the call was not reached")
        if injection.while_failing is None:
            problems += self._left_out(injection, log, words)
        return problems

    def without_fault(self) -> list[str]:
        """What is wrong in a training without a fault; what failed before must not be felt."""
        (before, logged_before), (state, log, words) = self._expected, self._fit()
        problems = [f"{name} changed" for name in differences(state, before)]
        return problems + (["the log is not as it was"] if log != logged_before or MARK in words else [])

    def _left_out(self, injection: Injection, log: Log, words: str) -> list[str]:
        """What is missing from the log without a word, or though the view had no fault."""
        problems, missing = [], self._expected[1] - log
        said = MARK in words or "Out of memory" in words
        if missing and not said and self._sites.sites[injection.site].path.name not in UNTOLD:
            problems.append(f"nothing was said, and {sorted(missing)[0][:2]} is not as it was")
        victims = {view.view for view in self._victims if view} or {self.view.view}
        others = [view.view for view in self._callback.views if view.view not in victims]
        harmed = [tag for tag, _, _ in missing for view in others if _is_of(tag, view)]
        if not injection.always:
            problems += [f"{tag} of another view is missing" for tag in harmed[:1]]
        return problems

    def _make(self, fault: str) -> BaseException:
        """The fault, which takes note of whose hook it happens in."""
        frame: FrameType | None = sys._getframe()
        owners = []
        while frame is not None:
            owners.append(frame.f_locals.get("self"))
            frame = frame.f_back
        self._victims.append(next((owner for owner in owners if isinstance(owner, ViewCallback)), None))
        return FAULTS[fault]()

    def _since(self, before: dict[int, int]) -> set[int]:
        return {site for site, count in self._sites.counts.items() if count > before.get(site, 0)}

    def _fit(self) -> tuple[State, Log, str]:
        """What is left, what was logged, and all words that were said."""
        with (
            tempfile.TemporaryDirectory() as directory,
            warnings.catch_warnings(record=True) as caught,
            redirect_stdout(StringIO()),
        ):
            warnings.simplefilter("always")
            for view in self._callback.views:
                view.log_dir = directory
            state = self._training.fit(self._callback, epochs=1, verbose=2)
            log, words = _logged(directory)
        return state, log, " ".join([words, *(str(warning.message) for warning in caught)])


def _is_of(tag: str, view: str) -> bool:
    return tag.startswith((f"convvis/{view}/", f"convvis/run/{view}"))


def _logged(directory: str) -> tuple[Log, str]:
    found = [record for run in sorted(Path(directory).glob("*")) for record in records(run)]
    return Counter((record.tag, record.step, _content(record)) for record in found), " ".join(
        map(_words, found)
    )


def _words(record: Record) -> str:
    ours = record.value.metadata.plugin_data.plugin_name == "convvis"
    return str(record.value.tensor.string_val[0].decode()) if ours else ""


def _content(record: Record) -> str:
    words = _words(record)
    if not words:
        return str(record.buckets.tolist())
    manifest = json.loads(words)
    facts = {name: value for name, value in manifest["facts"].items() if name not in CHANGING}
    # Windows and whole pictures give the same grids but for the last bits.
    exact = [] if record.tag.startswith("convvis/occlusion/") else manifest["blobs"]
    return json.dumps([facts, len(manifest["blobs"]), exact], sort_keys=True)
