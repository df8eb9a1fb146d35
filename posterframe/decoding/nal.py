"""The little that we read of H.264 and HEVC ourselves: whether a key frame starts the order of pictures anew.

Sources: Rec. ITU-T H.264 table 7-1 and Rec. ITU-T H.265 table 7-1 (types of NAL units), ISO/IEC 14496-15 (their storage
in mp4).
"""

from __future__ import annotations

from collections.abc import Iterator

_START_CODE = b"\x00\x00\x01"
_H264_IDR = 5
_HEVC_ANEW = range(16, 21)
"""Types of units: broken link access and instantaneous refresh.

Type 21, clean random access, goes on counting where the others start anew.
"""

_RECORD_VERSION = 1
"""The first byte of a codec's configuration record; what stands there for a stream with start codes begins with 0."""

_H264_LENGTH_AT = 4
_HEVC_LENGTH_AT = 21
"""Which byte of the record ends in the two bits that tell how many bytes a length has, less one."""

_MOST_UNITS = 32
"""How many units are looked at: a key frame's own data comes after a few of parameters and hints."""


def starts_order_anew(codec: str, extradata: bytes, data: bytes) -> bool:
    """Whether a decoder can take this key frame after a gap and still put its pictures in order.

    ``codec`` is FFmpeg's name, ``extradata`` what it has the decoder begin with, ``data`` the key frame. Other codecs
    than H.264 and HEVC do not count their pictures over a key frame.
    """
    if codec == "h264":
        length_bytes = _length_bytes(extradata, _H264_LENGTH_AT)
        return any(header & 0x1F == _H264_IDR for header in _unit_headers(data, length_bytes))
    if codec == "hevc":
        length_bytes = _length_bytes(extradata, _HEVC_LENGTH_AT)
        return any(header >> 1 & 0x3F in _HEVC_ANEW for header in _unit_headers(data, length_bytes))
    return True


def _length_bytes(extradata: bytes, told_at: int) -> int:
    """How many bytes tell the length of a unit, as in mp4; 0 where start codes tell units apart, as in streams."""
    if len(extradata) <= told_at or extradata[0] != _RECORD_VERSION:
        return 0
    return (extradata[told_at] & 3) + 1


def _unit_headers(data: bytes, length_bytes: int) -> Iterator[int]:
    """The first byte of each unit, told apart by lengths of so many bytes, or by start codes if that is 0."""
    if not length_bytes:
        units = data.split(_START_CODE, _MOST_UNITS)[1:]
        yield from (unit[0] for unit in units if unit)
        return
    place = 0
    for _ in range(_MOST_UNITS):
        length = int.from_bytes(data[place : place + length_bytes], "big")
        place += length_bytes
        if place >= len(data):
            return
        if length:
            yield data[place]
        place += length
