"""The little that we read of H.264 and HEVC ourselves: whether a key frame starts the order of pictures anew.

Sources: Rec. ITU-T H.264 table 7-1 and Rec. ITU-T H.265 table 7-1 (types of NAL units).
"""

from __future__ import annotations

from collections.abc import Iterator

_START_CODE = b"\x00\x00\x01"
_LENGTH_BYTES = 4
_H264_IDR = 5
_HEVC_ANEW = range(16, 21)
"""Types of units: broken link access and instantaneous refresh.

Type 21, clean random access, goes on counting where the others start anew.
"""

_MOST_UNITS = 32
"""How many units are looked at: a key frame's own data comes after a few of parameters and hints."""


def starts_order_anew(codec: str, data: bytes) -> bool:
    """Whether a decoder can take this key frame after a gap and still put its pictures in order.

    ``codec`` is FFmpeg's name. Other codecs than H.264 and HEVC do not count their pictures over a key frame.
    """
    if codec == "h264":
        return any(header & 0x1F == _H264_IDR for header in _unit_headers(data))
    if codec == "hevc":
        return any(header >> 1 & 0x3F in _HEVC_ANEW for header in _unit_headers(data))
    return True


def _unit_headers(data: bytes) -> Iterator[int]:
    """The first byte of each unit, told apart by start codes as in streams or by lengths as in mp4."""
    if data[:3] == _START_CODE or data[:4] == b"\x00" + _START_CODE:
        units = data.split(_START_CODE, _MOST_UNITS)[1:]
        yield from (unit[0] for unit in units if unit)
        return
    place = 0
    for _ in range(_MOST_UNITS):
        length = int.from_bytes(data[place : place + _LENGTH_BYTES], "big")
        place += _LENGTH_BYTES
        if place >= len(data):
            return
        yield data[place]
        place += length
