"""Key frames that start the order of pictures anew, told from those that do not, in streams and in mp4."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import pytest

from posterframe.decoding.nal import starts_order_anew
from tests.numbered_films import Film

H264_AUD, H264_SPS, H264_SEI = b"\x09\xf0", b"\x67\x64\x00\x0b", b"\x06\x05\x04\x80"
H264_RECOVERY_POINT = b"\x06\x06\x01\xc4\x80"
HEVC_AUD, HEVC_SPS, HEVC_SEI = b"\x46\x01\x50", b"\x42\x01\x01\x01", b"\x4e\x01\x05\x04\x80"

KEY_FRAMES = {
    "h264 IDR": ("h264", [], b"\x65", True),
    "h264 IDR after others": ("h264", [H264_AUD, H264_SPS, H264_SEI], b"\x65", True),
    "h264 IDR after a long SEI": ("h264", [H264_SEI.ljust(0x126, b"\x55")], b"\x65", True),
    "h264 I after a recovery point": ("h264", [H264_RECOVERY_POINT], b"\x41", False),
    "h264 I after others": ("h264", [H264_AUD, H264_SPS, H264_SEI, H264_RECOVERY_POINT], b"\x41", False),
    "h264 I after a long SEI": ("h264", [H264_SEI.ljust(0x125, b"\x55"), H264_RECOVERY_POINT], b"\x41", False),
    "hevc IDR": ("hevc", [], b"\x28\x01", True),
    "hevc IDR after others": ("hevc", [HEVC_AUD, HEVC_SPS, HEVC_SEI], b"\x26\x01", True),
    "hevc BLA after others": ("hevc", [HEVC_AUD, HEVC_SPS, HEVC_SEI], b"\x20\x01", True),
    "hevc CRA": ("hevc", [], b"\x2a\x01", False),
    "hevc CRA after others": ("hevc", [HEVC_AUD, HEVC_SPS, HEVC_SEI], b"\x2a\x01", False),
    "hevc CRA after a long SEI": ("hevc", [HEVC_SEI.ljust(0x126, b"\x55")], b"\x2a\x01", False),
}
"""A codec, the units before the picture, how the unit of the picture begins, and whether it starts the order anew."""


def with_start_codes(codec: str, units: Sequence[bytes], code_bytes: int) -> tuple[bytes, bytes]:
    """Extradata and a packet as in streams, with a start code before each unit."""
    code = b"\x01".rjust(code_bytes, b"\x00")
    parameters = H264_SPS if codec == "h264" else HEVC_SPS
    return code + parameters, b"".join(code + unit for unit in units)


def with_lengths(codec: str, units: Sequence[bytes], length_bytes: int) -> tuple[bytes, bytes]:
    """Extradata and a packet as in mp4, with its length before each unit."""
    record = bytearray(b"\x01".ljust(23, b"\xff"))
    record[4 if codec == "h264" else 21] = 0xFC | (length_bytes - 1)
    return bytes(record), b"".join(len(unit).to_bytes(length_bytes, "big") + unit for unit in units)


PACKED = {
    f"{name} of {count} bytes, {size} in a unit": (pack, count, size)
    for name, pack, counts in [("start codes", with_start_codes, (3, 4)), ("lengths", with_lengths, (4, 2))]
    for count in counts
    for size in (0x125, 300, 70_000)
    if pack is with_start_codes or size < 256**count
}


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("key_frame", KEY_FRAMES)
def test_key_frames_that_start_the_order_anew_are_told_from_others(key_frame: str, packed: str) -> None:
    codec, before, header, anew = KEY_FRAMES[key_frame]
    pack, count, size = PACKED[packed]
    extradata, data = pack(codec, [*before, header.ljust(size, b"\x55")], count)
    assert starts_order_anew(codec, extradata, data) is anew


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize("open_groups", [False, True], ids=["closed groups", "open groups"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_open_groups_of_pictures_start_the_order_only_once(codec: str, open_groups: bool, container: str) -> None:
    parameters = f"open-gop={int(open_groups)}:bframes=3:log-level=none"
    film = Film(codec=codec, container=container, options={"x264-params": parameters, "x265-params": parameters})
    with av.open(io.BytesIO(film.render()), "r") as file:
        context = file.streams.video[0].codec_context
        anew = [
            starts_order_anew(context.codec.canonical_name, context.extradata or b"", bytes(packet))
            for packet in file.demux(video=0)
            if packet.is_keyframe
        ]
    assert anew == [True, *[not open_groups] * 4]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("extradata", [b"", b"\x01", b"\x01".ljust(23, b"\xff")], ids=["none", "cut off", "whole"])
def test_a_key_frame_of_nothing_starts_no_order(codec: str, extradata: bytes) -> None:
    assert not starts_order_anew(codec, extradata, b"")
    assert not starts_order_anew(codec, extradata, bytes(6))


def test_other_codecs_have_no_order_over_a_key_frame() -> None:
    assert starts_order_anew("vp9", b"", b"\x82")
