"""From a decoded frame to the picture that a person sees: sRGB, upright, square pixels, no combing, no transparency."""

from __future__ import annotations

import threading
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import av
import av.filter
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from numpy.typing import NDArray

from posterframe.decoding.hdr import Gamut, Transfer, to_srgb

Pixels = NDArray[np.uint8]

_KNOWN_MATRICES = frozenset({0, 1, 4, 5, 6, 7, 9})
"""FFmpeg's numbers (AVColorSpace) of the colour matrices that its scaler knows."""

_BT2020_CONSTANT_LUMINANCE = 10
"""FFmpeg's number of one that its scaler does not know."""

_MAX_PIXEL_ASPECT = 8
"""Pixels that are longer in one direction, by more than this factor, are an error of the file, not a shape."""

_GAMUTS: dict[int, Gamut] = {
    ColorPrimaries.BT2020: Gamut.BT2020,
    ColorPrimaries.SMPTE431: Gamut.P3,
    ColorPrimaries.SMPTE432: Gamut.P3,
}
_TRANSFERS: dict[int, Transfer] = {ColorTrc.SMPTE2084: Transfer.PQ, ColorTrc.ARIB_STD_B67: Transfer.HLG}
_BEST = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""For pictures that are kept; area averaging, which is quick and does not alias, for those that are measured."""

_QUICK = "yuv422p"
"""A format of pixels that FFmpeg has code of its own to turn into RGB.

To shrink a picture first takes half the time of doing both at once, and comes nearer to the exact colours (0.9 to 1.3
levels off on four films, instead of 1.0 to 1.9).
"""


class Orientation(NamedTuple):
    """How to bring a picture upright: swap rows and columns, then flip left to right, then top to bottom."""

    transpose: bool = False
    flip_columns: bool = False
    flip_rows: bool = False

    @property
    def rotation(self) -> int:
        """Degrees clockwise, 0, 90, 180 or 270; mirroring is left aside."""
        if self.transpose:
            return 90 if self.flip_columns else 270
        return 180 if self.flip_columns and self.flip_rows else 0

    def applied_to(self, picture: Pixels) -> Pixels:
        if self.transpose:
            picture = picture.transpose(1, 0, 2)
        if self.flip_columns:
            picture = picture[:, ::-1]
        if self.flip_rows:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)


_TURNS = (Orientation(), Orientation(True, False, True), Orientation(False, True, True), Orientation(True, True, False))
"""By quarter turns anticlockwise."""


def orientation_of(frame: VideoFrame) -> Orientation:
    """The orientation that the display matrix of a frame asks for, to the nearest quarter turn."""
    try:
        data = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # side data of a kind that PyAV has no name for, which hides all of it
        return _TURNS[round(frame.rotation / 90) % 4]
    if not isinstance(data, SideData):
        return Orientation()
    a, b, _, c, d, *_ = np.frombuffer(bytes(data), dtype=np.int32).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(False, a < 0, d < 0)
    return Orientation(True, c < 0, b < 0)


class _Scaler(threading.local):
    """FFmpeg's scaler, two for each thread that asks, each of which keeps what the size and format of frames need."""

    def __init__(self) -> None:
        self.shrink = VideoReformatter().reformat
        self.reformat = VideoReformatter().reformat


class Converter:
    """Turns the frames of one video into pictures of one size, as its first frame and pixel shape have it.

    Any number of threads may use it at once.
    """

    def __init__(self, first: VideoFrame, pixel_aspect: Fraction | None) -> None:
        self.orientation = orientation_of(first)
        self._pixel_aspect = pixel_aspect
        self._stored = first.width, first.height
        self.width, self.height = self._shown(*self._stored)
        self._scaler = _Scaler()

    def _shown(self, width: int, height: int) -> tuple[int, int]:
        """The size at which frames are shown that are stored with this one."""
        width, height = _with_square_pixels(width, height, self._pixel_aspect)
        return (height, width) if self.orientation.transpose else (width, height)

    def picture(self, frame: VideoFrame, max_height: int | None) -> Pixels:
        """An upright sRGB picture, shape (height, width, 3); smaller than the video if it is higher than asked.

        A frame of another shape than the first, as where a phone is turned in a call, stands amid black.
        """
        width, height = self.width, self.height
        if max_height is not None and height > max_height:
            width, height = max(1, round(width * max_height / height)), max_height
        if (frame.width, frame.height) != self._stored:
            own = _fitted(self._shown(frame.width, frame.height), (width, height))
            return _before_black(self._drawn(frame, *own, max_height), width, height)
        return self._drawn(frame, width, height, max_height)

    def _drawn(self, frame: VideoFrame, width: int, height: int, max_height: int | None) -> Pixels:
        """A frame as an upright picture of that size."""
        if self.orientation.transpose:
            width, height = height, width
        if frame.interlaced_frame and height > frame.height // 2:
            frame = _deinterlaced(frame)
        picture = self._srgb(frame, width, height, Interpolation.AREA if max_height else _BEST)
        return self.orientation.applied_to(picture)

    def _srgb(self, frame: VideoFrame, width: int, height: int, how: Interpolation) -> Pixels:
        transfer = _TRANSFERS.get(frame.color_trc, Transfer.SDR)
        gamut = _GAMUTS.get(frame.color_primaries, Gamut.BT709 if transfer is Transfer.SDR else Gamut.BT2020)
        if transfer is not Transfer.SDR or gamut is not Gamut.BT709:
            return to_srgb(self._rgb(frame, "rgb48le", width, height, how), transfer, gamut)
        if _is_transparent(frame.format.name):
            return _over_black(self._rgb(frame, "rgba", width, height, how))
        return self._rgb(frame, "rgb24", width, height, how)

    def _rgb(self, frame: VideoFrame, kind: str, width: int, height: int, how: Interpolation) -> NDArray[Any]:
        matrix = _matrix(frame)
        if how is Interpolation.AREA and kind == "rgb24" and frame.format.name.startswith("yuv"):
            frame = self._scaler.shrink(frame, width, height, _QUICK, interpolation=how, threads=1)
        rgb = self._scaler.reformat(
            frame,
            width,
            height,
            kind,
            src_colorspace=matrix,
            dst_colorspace=Colorspace.DEFAULT,
            dst_color_range=ColorRange.JPEG,
            interpolation=how,
            threads=1 if how is Interpolation.AREA else None,  # small pictures are made sooner than threads wake
        )
        return rgb.to_ndarray()


def _fitted(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Width and height, in pixels, that fill a box as far as their shape lets them."""
    scale = min(box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _before_black(picture: Pixels, width: int, height: int) -> Pixels:
    """A picture in the middle of a larger black one of that size."""
    larger = np.zeros((height, width, 3), np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    larger[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return larger


def _with_square_pixels(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    if not pixel_aspect or not 1 / _MAX_PIXEL_ASPECT <= pixel_aspect <= _MAX_PIXEL_ASPECT:
        return width, height
    return max(1, round(width * pixel_aspect)), height


@cache
def _is_transparent(kind: str) -> bool:
    """Whether pictures in this format of pixels can be seen through."""
    return any(component.is_alpha for component in av.VideoFormat(kind).components)


def _matrix(frame: VideoFrame) -> int | None:
    """The colour matrix where the frame's own is missing or unknown to FFmpeg's scaler; None where it is fine.

    The guess is the one that mpv makes: BT.2020 for its primaries, else BT.709 for HD and BT.601 for what is smaller.
    """
    if frame.colorspace in _KNOWN_MATRICES:
        return None
    if frame.colorspace == _BT2020_CONSTANT_LUMINANCE or frame.color_primaries == ColorPrimaries.BT2020:
        return Colorspace.BT2020
    return Colorspace.ITU709 if frame.width >= 1280 or frame.height > 576 else Colorspace.ITU601


def _over_black(rgba: NDArray[np.uint8]) -> Pixels:
    """What shows of a transparent picture before black, as in a video player."""
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 127) // 255).astype(np.uint8)


def _deinterlaced(frame: VideoFrame) -> VideoFrame:
    """One field filled in from the other and from itself, so that what moves is not combed."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    filled = graph.add("w3fdif", "mode=frame:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(filled)
    filled.link_to(sink)
    graph.configure()
    source.push(frame)
    source.push(None)
    result = sink.pull()
    assert isinstance(result, VideoFrame)
    return result
