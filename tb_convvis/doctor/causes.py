"""What a doctor can find, and what TensorBoard does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DATA_SERVER = "data server"
PYTHON_READER = "Python reader"
READERS = (DATA_SERVER, PYTHON_READER)


@dataclass(frozen=True)
class Cause:
    """What is wrong, and what comes of it.

    Args:
        what: in words.
        effect: what TensorBoard does with it, or the ConvVis tab.
        stops: which of TensorBoard's readers read nothing behind it in this file.
        is_problem: False where the record is valid and only not for this version of tb_convvis.
    """

    what: str
    effect: str
    stops: frozenset[str] = frozenset()
    is_problem: bool = True


_BOTH = frozenset(READERS)

CAUSES: Mapping[str, Cause] = {
    "cut": Cause(
        "ends within a record",
        "TensorBoard shows what is before it. A training was killed, or is writing just now.",
    ),
    "length": Cause("damaged length", "Where the next record begins is lost.", _BOTH),
    "too long": Cause(
        "length beyond the end of the file",
        "TensorBoard waits for bytes that never come. Where it cannot have as much memory, its data server "
        "ends or shows nothing of the run, and with the Python reader no run is read any more.",
        _BOTH,
    ),
    "data": Cause(
        "damaged data",
        "The data server shows it as valid where it can still make an event of it, and stops where it "
        "cannot. The ConvVis tab shows no part of it whose own checksum does not match.",
        frozenset({PYTHON_READER}),
    ),
    "too large": Cause("record too large", "TensorBoard's data server cannot hand it out."),
    "endless": Cause("made to be searched without end", "The rest of the file was not looked at.", _BOTH),
    "no event": Cause(
        "no event",
        "With the Python reader every run stays as it was read before: the thread that reads ends.",
        _BOTH,
    ),
    "wall time": Cause(
        "wall time that is no number", "The Python reader shows the record.", frozenset({DATA_SERVER})
    ),
    "infinite": Cause("infinite wall time", "TensorBoard shows the record at no time."),
    "tensor": Cause(
        "tensor that cannot be made",
        "Reading its tag fails, or takes as much memory as its shape asks for.",
    ),
    "no value": Cause("no value", "With the Python reader, tabs that list this tag may fail as a whole."),
    "manifest": Cause("damaged manifest", "The ConvVis tab says so in its place."),
    "blob": Cause("damaged blob", "The ConvVis tab says so in its place."),
    "file": Cause(
        "unreadable",
        "The data server leaves it out. The Python reader leaves out its run; opening a pipe, it waits for "
        "ever and reads no other run.",
    ),
    "newer": Cause("newer version", "The ConvVis tab asks for an upgrade in its place.", is_problem=False),
    "foreign": Cause("not ours", "The ConvVis tab lists it with an error, or not at all.", is_problem=False),
}
"""By the word that the other modules say."""
