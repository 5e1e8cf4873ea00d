"""Numbers and lists in words, as the page says them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone


def number(value: float) -> str:
    r"""Return a weight-like number in three digits.

    Example:
        >>> number(0.25), number(-1234.5), number(0.00001234)
        ('0.25', '\u22121.23e+3', '1.23e-5')
    """
    if not math.isfinite(value):
        return "not finite"
    if value == 0:
        return "0"
    size = abs(value)
    digits = f"{size:.2e}" if size < 1e-3 or size >= 1e5 else f"{size:.3g}"
    mantissa, _, exponent = digits.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + mantissa + (f"e{exponent[0]}{exponent[1:].lstrip('0')}" if exponent else "")


def plural(amount: int, one: str, many: str = "") -> str:
    """Return "1 epoch", "7 epochs"."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def enumerate_words(items: Sequence[object], most: int = 6) -> str:
    """Return "1, 2 and 5", at most so many of them."""
    words = [str(item) for item in items]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def ranges(numbers: Iterable[int]) -> str:
    """Return whole numbers in short.

    Example:
        >>> ranges([7, 0, 1, 2, 3])
        '0-3, 7'
    """
    runs: list[list[int]] = []
    for value in sorted(set(numbers)):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def time_words(wall_time: float | None) -> str:
    """Return a time of the log; what is not one may stand there as well."""
    try:
        moment = datetime.fromtimestamp(math.nan if wall_time is None else wall_time, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def one_line(text: object, most: int = 300) -> str:
    """Return text of a log as one line that is not too long: it may hold anything."""
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+|\s+", " ", str(text)).strip()
    return words if len(words) <= most else words[: most - 1] + "…"
