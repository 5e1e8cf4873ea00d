"""The checksum of event files against the published values and TensorBoard's own, byte by byte."""

from __future__ import annotations

import random
import struct

import pytest
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

from tb_convvis.doctor.crc32c import crc32c, headers, masked_crc32c
from tb_convvis.doctor.framing import frame


@pytest.mark.parametrize(
    ("data", "published"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
    ],
)
def test_the_values_of_rfc_3720(data: bytes, published: int) -> None:
    assert crc32c(data) == published


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 383, 384, 385, 386, 387, 511, 512, 513, 1023, 4099, 70_001])
def test_any_size_has_tensorboards_checksum(size: int) -> None:
    data = random.Random(size).randbytes(size)
    assert masked_crc32c(data) == pywrap_tensorflow.masked_crc32c(data)


def test_data_of_several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb_convvis.doctor.crc32c._CHUNK", 1000)
    for size in (1000, 1001, 3999, 5003):
        data = random.Random(size).randbytes(size)
        assert masked_crc32c(data) == pywrap_tensorflow.masked_crc32c(data)


def test_headers_are_found_wherever_they_are_and_nowhere_else() -> None:
    chance = random.Random(0)
    content, begins = b"", []
    for size in (0, 1, 255, 70_000):
        content += chance.randbytes(chance.randrange(40))
        begins.append(len(content))
        content += frame(bytes(size))
    damaged = struct.pack("<QI", 7, 0)
    assert headers(content + damaged) == begins
    assert headers(content[: begins[0] + 11]) == []
