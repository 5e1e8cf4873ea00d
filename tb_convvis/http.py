"""HTTP for the plugin: parameters in, answers and errors out, safe against what logs and requests hold."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
from tensorboard import errors
from tensorboard.backend import http_util
from tensorboard.util import tb_logging
from werkzeug import wrappers

from tb_convvis.parts import Part, TooMuchError, Want
from tb_convvis.schema import MAX_BLOBS

MAX_PARAMETER_BYTES = 4096
MAX_CACHE_SECONDS = 86_400

STATIC_DIRECTORY = Path(__file__).parent / "static"
STATIC_TYPES = {"index.js": "text/javascript"} | {
    path.name: "text/javascript" for path in sorted(STATIC_DIRECTORY.glob("*.js"))
}
"""The whole list of files that can be served, as the page was built; their types are never guessed."""

_HEADERS = [("Cross-Origin-Resource-Policy", "same-origin")]
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_STEP = re.compile(r"-?[0-9]{1,19}")
_MAX_STEP = 2**63
_MAX_PLAIN_STEP = 2**53
"""Beyond it a JSON number loses digits in a browser."""

Handler = Callable[[wrappers.Request], wrappers.Response]

logger = tb_logging.get_logger()


class MethodError(errors.PublicError):
    """A method that could have side effects."""

    http_code = 405

    def __init__(self, details: str) -> None:
        super().__init__(details)
        self.headers.append(("Allow", "GET, HEAD"))


class TooLargeError(errors.PublicError):
    """More asked for than one answer holds."""

    http_code = 413


class ServerLostError(errors.PublicError):
    """TensorBoard's data server does not answer."""

    http_code = 503


def route(handler: Handler) -> Any:
    """A WSGI application that answers GET and HEAD with a handler, and every failure in words."""

    @wrappers.Request.application
    def application(request: wrappers.Request) -> wrappers.Response:
        try:
            _check(request)
            return handler(request)
        except errors.PublicError as error:
            return _respond_error(request, error)
        except TooMuchError as error:
            return _respond_error(request, TooLargeError(str(error)))
        except grpc.RpcError as error:
            logger.warning("convvis: the data server failed: %s", error)
            lost = ServerLostError("TensorBoard's data server does not answer; restart TensorBoard.")
            return _respond_error(request, lost)
        except Exception:
            logger.exception("convvis: a request failed")
            failed = errors.PublicError("this request failed in tb_convvis; TensorBoard's console says why.")
            return _respond_error(request, failed)

    return application


def respond_json(request: wrappers.Request, value: Mapping[str, Any]) -> wrappers.Response:
    """Answer with JSON, never cached."""
    return http_util.Respond(
        request, json.dumps(value, allow_nan=False), "application/json", headers=_HEADERS
    )


def respond_parts(request: wrappers.Request, parts: Sequence[Part]) -> wrappers.Response:
    """Answer with blobs in one container: length of the JSON, the JSON, the blobs.

    Cached where the request names the wall times of all that it gets, as their sum, and nothing is missing,
    for a missing step may still be read later.
    """
    described, offset = [], 0
    for part in parts:
        described.append(
            {
                "run": part.run,
                "tag": part.tag,
                "step": json_step(part.step),
                "wall_time": part.wall_time,
                "index": part.index,
                "offset": offset,
                "size": len(part.data),
                "error": part.error,
            }
        )
        offset += len(part.data)
    head = json.dumps({"parts": described}, allow_nan=False).encode()
    content = b"".join([struct.pack("<I", len(head)), head, *(part.data for part in parts)])
    named = _decimal(request, "v")
    current = named is not None and named == _version(parts) and not any(part.error for part in parts)
    expires = MAX_CACHE_SECONDS if current else 0
    return http_util.Respond(request, content, "application/octet-stream", expires=expires, headers=_HEADERS)


def respond_static(request: wrappers.Request, name: str) -> wrappers.Response:
    """Answer with a file of the page; `name` is a key of `STATIC_TYPES`."""
    try:
        content = (STATIC_DIRECTORY / name).read_bytes()
    except OSError:
        raise errors.NotFoundError(
            f"the page is not built: {name} is missing. In a checkout of tb-convvis, "
            "run `pip install -e .`, which builds it."
        ) from None
    return http_util.Respond(request, content, STATIC_TYPES[name], headers=_HEADERS)


def parameter(request: wrappers.Request, name: str) -> str | None:
    """The value of a parameter given once, or None."""
    values = parameters(request, name, most=1)
    return values[0] if values else None


def parameters(request: wrappers.Request, name: str, most: int) -> list[str]:
    """The values of a parameter given at most so many times."""
    values: list[str] = request.args.getlist(name)
    if len(values) > most:
        raise _invalid(f"{name} given too often", f"{len(values)} times", f"at most {most}")
    for value in values:
        size = len(value.encode("utf-8", "surrogatepass"))
        if size > MAX_PARAMETER_BYTES:
            raise _invalid(f"{name} is too long", f"{size} bytes", f"at most {MAX_PARAMETER_BYTES}")
    return values


def whole_number(request: wrappers.Request, name: str, default: int, least: int, most: int) -> int:
    """The value of a parameter that is a whole number within limits."""
    text = parameter(request, name)
    if text is None:
        return default
    if not _WHOLE_NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise _invalid(f"{name} is not valid", _shown(text), f"a whole number from {least} to {most}")
    return int(text)


def blob_wants(request: wrappers.Request) -> list[Want]:
    """The parameter `want` of `blobs`."""
    expected = "[[run, tag, [step, ...], [index, ...]], ...]"
    wants = []
    for entry in _want_list(request, expected):
        if not (isinstance(entry, list) and len(entry) == 4 and all(isinstance(e, list) for e in entry[2:])):
            raise _invalid("want is not valid", _shown(entry), expected)
        run, tag = (_name(value, expected) for value in entry[:2])
        steps = tuple(dict.fromkeys(_step(value) for value in entry[2]))
        indices = tuple(dict.fromkeys(_index(value) for value in entry[3]))
        wants.append(Want(run, tag, steps, indices))
    return wants


def series_wants(request: wrappers.Request, most: int) -> list[tuple[str, str]]:
    """The parameter `want` of `histograms` and `scalars`."""
    expected = "[[run, tag], ...]"
    wants = []
    for entry in _want_list(request, expected):
        if not isinstance(entry, list) or len(entry) != 2:
            raise _invalid("want is not valid", _shown(entry), expected)
        wants.append((_name(entry[0], expected), _name(entry[1], expected)))
    if len(wants) > most:
        raise TooLargeError(f"too many series. Received: {len(wants)}. Expected at most {most}.")
    return wants


def _check(request: wrappers.Request) -> None:
    if request.method not in ("GET", "HEAD"):
        raise MethodError(f"method not allowed. Received: {_shown(request.method)}. Expected: GET or HEAD.")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise errors.PermissionDeniedError(
            "request from another site. Received: Sec-Fetch-Site: cross-site. Expected: same-origin."
        )


def json_step(step: int) -> int | str:
    """A step as JSON can carry it to a browser without losing digits.

    Example:
        >>> json_step(3), json_step(2**60)
        (3, '1152921504606846976')
    """
    return step if abs(step) <= _MAX_PLAIN_STEP else str(step)


def _version(parts: Sequence[Part]) -> float | None:
    """The sum of the wall times of all records, in their order; None where there is none, or one has none.

    The newest alone would not do: what a run logs anew may be older than what another run holds.
    """
    walls = {(part.run, part.tag, part.step): part.wall_time for part in parts}
    total = 0.0
    # Added up one by one as the page does: sum() rounds otherwise from Python 3.12 on.
    for wall in walls.values():
        if wall is None:
            return None
        total += wall
    return total if walls else None


def _respond_error(request: wrappers.Request, error: errors.PublicError) -> wrappers.Response:
    return http_util.Respond(
        request, str(error), "text/plain", code=error.http_code, headers=[*error.headers, *_HEADERS]
    )


def _want_list(request: wrappers.Request, expected: str) -> list[Any]:
    text = parameter(request, "want")
    if text is None:
        raise _invalid("want is missing", "no such parameter", expected)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid("want is not JSON", _shown(text), expected) from None
    if not isinstance(value, list) or not value:
        raise _invalid("want is not a list with entries", _shown(value), expected)
    return value


def _name(value: object, expected: str) -> str:
    # A lone surrogate is valid JSON and no name: it cannot be passed on as UTF-8.
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _invalid("want holds a name that is not text", _shown(value), expected)
    return value


def _step(value: object) -> int:
    # Steps beyond 2^53 travel as strings, see json_step.
    plain = type(value) is int or (isinstance(value, str) and _STEP.fullmatch(value))
    if not plain or not -_MAX_STEP <= int(str(value)) < _MAX_STEP:
        raise _invalid("want holds a step that is not valid", _shown(value), "a whole number of 64 bits")
    return int(str(value))


def _index(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_BLOBS:
        expected = f"a whole number from 0 to {MAX_BLOBS}"
        raise _invalid("want holds an index that is not valid", _shown(value), expected)
    return value


def _decimal(request: wrappers.Request, name: str) -> float | None:
    text = parameter(request, name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _invalid(f"{name} is not valid", _shown(text), "a decimal number")
    return value


def _shown(value: object) -> str:
    return ascii(value)[:80]


def _invalid(wrong: str, received: str, expected: str) -> errors.PublicError:
    return errors.InvalidArgumentError(f"{wrong}. Received: {received}. Expected: {expected}.")
