"""A machine that only views has TensorBoard and no TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.forged import payload
from tests.logs import LogFile

PROGRAM = """
import sys
from pathlib import Path

for absent in ("tensorflow", "keras"):
    sys.modules[absent] = None  # importing it raises ImportError

from tests.backend.boards import Board

for reader in ("rust", "python"):
    board = Board(Path(sys.argv[1]), reader)
    assert board.json("runs")["total"] == 2
    assert len(board.tags("sgd/convvis")["convvis/filters/conv1"]["steps"]) == 60
    parts = board.parts([["sgd/convvis", "convvis/filters/conv1", [], []]])
    assert len(parts) == 120 and not any(part["error"] for part, _ in parts)
    (series,) = board.json("histograms", want=[["sgd/train", "conv1/kernel/histogram"]])["series"]
    assert len(series["points"]) == 59
    board.close()
assert not [name for name in sys.modules if name.startswith("tb_convvis.callbacks")]
print("viewed")
"""

UNREADABLE = """
import sys
from pathlib import Path

from tests.reliability.viewer import forbid_tensorflow

forbid_tensorflow()

from tensorboard.context import RequestContext
from tests.backend.boards import Board

board = Board(Path(sys.argv[1]), "python", "--reload_task=thread")
try:
    board.provider.list_runs(RequestContext(), experiment_id="")
except OSError:
    print("TensorBoard lists none")
print([run["run"] for run in board.json("runs")["runs"]], len(board.tags("convvis")))
"""


def run(program: str, logdir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(logdir)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_everything_is_answered_without_tensorflow(training_log: Path) -> None:
    done = run(PROGRAM, training_log)
    assert done.stdout == "viewed\n", done.stderr


def test_runs_are_listed_beside_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """TensorBoard's provider reads the first event of every run to list them."""
    with LogFile(tmp_path / "convvis") as log:
        log.payload("convvis/filters/conv1", 0, payload())
    (tmp_path / "other").mkdir()
    # Opened like any file; reading it fails.
    (tmp_path / "other" / "events.out.tfevents.1.odd").symlink_to("/proc/self/mem")
    done = run(UNREADABLE, tmp_path)
    assert done.stdout == "TensorBoard lists none\n['convvis'] 1\n", done.stderr


def test_the_entry_point_imports_nothing_that_can_fail() -> None:
    """TensorBoard imports the loader unguarded: it may bring in nothing of ours but itself."""
    program = (
        "import sys, tb_convvis.loader; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] in "
        "('tb_convvis', 'numpy', 'tensorflow', 'keras', 'grpc', 'werkzeug')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['tb_convvis', 'tb_convvis.loader']\n"
