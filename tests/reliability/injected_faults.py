"""One call after another of the callbacks fails: no training notices, and the failure is said.

    python -m tests.reliability.injected_faults 0 4

injects the faults of every fourth call, from the first on, and prints what is wrong as JSON.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tb_convvis
from tb_convvis.callbacks import ConvVis
from tb_convvis.callbacks.convvis import VIEWS
from tests.reliability.call_sites import CallSites
from tests.reliability.figure import Figure
from tests.reliability.pair_of_views import FAULTS, PASSING, Injection, PairOfViews
from tests.reliability.repeated_training import RepeatedTraining, deterministic, network, pictures

SHORT = 8
BETWEEN = 16
"""After so many faults comes a training without one."""
ROOT = Path(__file__).parents[2]
FAILURES = ("self.log_step(step)", "self._records.write(record)")
"""Calls in whose failure others are made, which may fail as well."""

Planned = tuple[PairOfViews, Injection]


def sources() -> list[Path]:
    """Every file of the package that a training may run."""
    package = Path(tb_convvis.__file__).resolve().parent
    callbacks = Path(ConvVis.__init__.__code__.co_filename).resolve().parent
    alone = [package / f"{name}.py" for name in ("blobs", "events", "images", "kinds", "schema")]
    return sorted([*callbacks.glob("*.py"), *(package / "methods").glob("*.py"), *alone])


class Plan:
    """All injections: every call that a training makes, with every fault; half of them again and again.

    A call that several views make is made to fail in the first of them.
    """

    def __init__(self, training: RepeatedTraining, sites: CallSites) -> None:
        self.all: list[Planned] = []
        seen: set[int] = set()
        for number in range(len(VIEWS)):
            pair = PairOfViews(training, sites, number)
            self._add(pair, pair.reached - seen, None)
            seen |= pair.reached
            if number == 0:
                for text in FAILURES:
                    (failing,) = [site for site in pair.reached if sites.sites[site].text == text]
                    more = pair.reached_while_failing(failing) - seen
                    self._add(pair, more, failing)
                    seen |= more
        self.reached = len(seen)

    def _add(self, pair: PairOfViews, sites: set[int], while_failing: int | None) -> None:
        for site in sorted(sites):
            for number, fault in enumerate(FAULTS):
                always = (site + number) % 2 == 0
                self.all.append((pair, Injection(site, fault, always, while_failing)))


@contextmanager
def planned() -> Iterator[tuple[CallSites, Plan]]:
    """Instrument the callbacks and find out which calls a training makes."""
    x, y = pictures()
    sites = CallSites(sources())
    with deterministic(), sites.instrumented():
        yield sites, Plan(RepeatedTraining(network(), {"x": x, "y": y, "batch_size": 8}), sites)


def wrong(sites: CallSites, injections: list[Planned]) -> list[str]:
    """Inject faults and say what is wrong."""
    found = []
    for number, (pair, injection) in enumerate(injections, start=1):
        problems = pair.inject(injection)
        if number % BETWEEN == 0 or number == len(injections):
            problems += [f"in the next training: {words}" for words in pair.without_fault()]
        how = f"{injection.fault}{' again and again' if injection.always else ''}"
        found += [f"{sites.sites[injection.site]}, {how}: {words}" for words in problems]
    return found


def _all_in_processes() -> tuple[str, list[str]]:
    count = os.cpu_count() or 1
    commands = [[sys.executable, "-m", __name__, str(number), str(count)] for number in range(count)]
    workers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for command in commands]
    found, words = [], ""
    for worker in workers:
        answer, _ = worker.communicate()
        if worker.returncode:
            raise RuntimeError(f"{worker.args!r} ended with {worker.returncode}")
        words, more = json.loads(answer.splitlines()[-1])
        found += more
    return words, found


def figures(short: bool) -> Iterator[Figure]:
    """Every call with every fault, in as many processes as there are processors; in short a sample."""
    if short:
        with planned() as (sites, plan):
            sample = random.Random(0).sample(plan.all, SHORT)
            found = wrong(sites, sorted(sample, key=lambda each: each[0].view.view))
            words = f"{SHORT} of {_counted(sites, plan)}"
    else:
        words, found = _all_in_processes()
    yield Figure(
        f"{words} in which one call fails",
        "the fit ends as without it, the failure is said, the other view and the next fit are whole; "
        f"{' and '.join(kind.__name__ for kind in PASSING)} pass",
        f"{len(found)} wrong" + "".join(f"; {each}" for each in found[:5]),
        not found,
    )


def _counted(sites: CallSites, plan: Plan) -> str:
    return (
        f"{len(plan.all):,} trainings ({plan.reached:,} calls of {len(sites.sites):,} x {len(FAULTS)} faults)"
    )


def main() -> None:
    first, step = map(int, sys.argv[1:])
    with planned() as (sites, plan):
        # By the call: which way of occluding is the faster is measured, so that plans differ by a few calls.
        mine = [each for each in plan.all if each[1].site % step == first]
        answer = _counted(sites, plan), wrong(sites, mine)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
