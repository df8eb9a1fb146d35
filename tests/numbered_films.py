"""Small films whose frames carry their own number in pixels, in every shape that files come in.

A picture is a grid of 4 × 4 cells. Its corners are red, green, blue and yellow, so that a test sees how it is turned;
the twelve cells between are the bits of the frame's number, white for one and black for zero.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

CELLS = 4
CORNERS = {(0, 0): (255, 0, 0), (0, 3): (0, 255, 0), (3, 0): (0, 0, 255), (3, 3): (255, 255, 0)}
BIT_CELLS = [(row, column) for row in range(CELLS) for column in range(CELLS) if (row, column) not in CORNERS]
ENCODER_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "libx264": {"preset": "veryfast", "crf": "20", "sc_threshold": "0"},
    "libx265": {"preset": "ultrafast", "crf": "20", "x265-params": "log-level=none:scenecut=0"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "10", "crf": "30"},
}
os.environ.setdefault("SVT_LOG", "1")  # that encoder tells its whole configuration otherwise


def numbered(number: int, width: int, height: int) -> Pixels:
    """The picture of a frame's number."""
    cells = np.zeros((CELLS, CELLS, 3), np.uint8)
    for place, colour in CORNERS.items():
        cells[place] = colour
    for bit, place in enumerate(BIT_CELLS):
        cells[place] = 255 if number >> bit & 1 else 0
    rows = np.arange(height) * CELLS // height
    columns = np.arange(width) * CELLS // width
    return np.ascontiguousarray(cells[rows][:, columns])


@dataclass(frozen=True)
class Film:
    """What to render. ``times`` are the frames' starts in seconds; without them they follow ``fps`` from ``start``."""

    frames: int = 50
    fps: int = 25
    start: float = 0.0
    times: Sequence[float] | None = None
    width: int = 192
    height: int = 108
    container: str = "mp4"
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    keys_every: int = 12
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    rotation: float = 0
    mirrored: bool = False
    pixel_aspect: Fraction | None = None
    colours: Mapping[str, int] = field(default_factory=dict)
    sound: float = 0.0
    cover: bool = False
    draw: Callable[[int, int, int], Pixels] = numbered

    def starts(self) -> list[float]:
        """When each frame starts, in seconds, as the container will say it."""
        if self.times is not None:
            return list(self.times)
        return [self.start + number / self.fps for number in range(self.frames)]

    def render(self) -> bytes:
        """The film as a file."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "film"
            self._write(path)
            return _with_cover(path.read_bytes()) if self.cover else path.read_bytes()

    def _write(self, path: Path) -> None:
        with av.open(str(path), "w", format=self.container, options=dict(self.container_options)) as container:
            stream = self._add_stream(container)
            sound = _add_sound(container) if self.sound else None
            for number, start in enumerate(self.starts()):
                container.mux(stream.encode(self._frame(number, round(start / self._tick()))))
            container.mux(stream.encode())
            if sound:
                _play(container, sound, self.sound)

    def _tick(self) -> Fraction:
        return Fraction(1, self.fps) if self.times is None else Fraction(1, 90_000)

    def _add_stream(self, container: OutputContainer) -> VideoStream:
        stream = container.add_stream(
            self.codec, self.fps, options={**ENCODER_OPTIONS.get(self.codec, {}), **self.options}
        )
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, self.pixel_format
        stream.codec_context.time_base = self._tick()
        stream.codec_context.gop_size = self.keys_every
        stream.codec_context.thread_count = 1  # those of libvpx can wait for each other for ever on a busy machine
        if self.pixel_aspect:
            stream.codec_context.sample_aspect_ratio = self.pixel_aspect
        for name, value in self.colours.items():
            setattr(stream.codec_context, name, value)
        if self.rotation or self.mirrored:
            stream.set_display_rotation(self.rotation, hflip=self.mirrored)
        return stream

    def _frame(self, number: int, ticks: int) -> VideoFrame:
        picture = VideoFrame.from_ndarray(self.draw(number, self.width, self.height), format="rgb24")
        frame = picture.reformat(format=self.pixel_format, dst_colorspace="ITU601")
        for name, value in self.colours.items():
            setattr(frame, name, value)
        frame.pts, frame.time_base = ticks, self._tick()
        return frame

    def but(self, **changes: object) -> Film:
        """The same film with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def number_in(pixels: Pixels) -> int:
    """The number that a picture carries; the picture is upright."""
    cells = cells_of(pixels)
    return sum(1 << bit for bit, place in enumerate(BIT_CELLS) if cells[place].mean() > 127)


def corners_of(pixels: Pixels) -> list[str]:
    """The colours of the corners by name: top left, top right, bottom left, bottom right."""
    names = {(True, False, False): "red", (False, True, False): "green", (False, False, True): "blue"}
    names[True, True, False] = "yellow"
    cells = cells_of(pixels)
    return [names.get(tuple(bool(value > 110) for value in cells[place]), "?") for place in CORNERS]  # type: ignore[arg-type]


def cells_of(pixels: Pixels) -> NDArray[np.float64]:
    """The mean colour of the middle of each cell, shape (4, 4, 3)."""
    height, width = pixels.shape[:2]
    middle = np.zeros((CELLS, CELLS, 3))
    for row in range(CELLS):
        for column in range(CELLS):
            y, x = int((row + 0.5) * height / CELLS), int((column + 0.5) * width / CELLS)
            dy, dx = max(1, height // 16), max(1, width // 16)
            middle[row, column] = pixels[y - dy : y + dy, x - dx : x + dx].mean(axis=(0, 1))
    return middle


def sound_only(container: str = "mp4", *, cover: bool = False) -> bytes:
    """A file with sound and no pictures, or with a cover picture and no moving ones."""
    output = io.BytesIO()
    with av.open(output, "w", format=container) as file:
        _play(file, _add_sound(file), 1.0)
    return _with_cover(output.getvalue()) if cover else output.getvalue()


def _with_cover(mp4: bytes) -> bytes:
    """The same mp4 with a picture attached as players show it for a song, larger than the film."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 600), (180, 20, 90)).save(picture, "JPEG")
    jpeg_of_any_language = struct.pack(">II", 13, 0)
    cover = _box(b"ilst", _box(b"covr", _box(b"data", jpeg_of_any_language + picture.getvalue())))
    handler = _box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    movie = mp4.rindex(b"moov") - 4  # the last box of the file, so that nothing moves when it grows
    return mp4[:movie] + _box(b"moov", mp4[movie + 8 :] + _box(b"udta", _box(b"meta", bytes(4) + handler + cover)))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _add_sound(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("libopus" if container.format.name in ("webm", "matroska") else "aac", 48_000)
    assert isinstance(stream, AudioStream)
    stream.layout = "mono"
    return stream


def _play(container: OutputContainer, stream: AudioStream, seconds: float) -> None:
    wave = (np.sin(np.arange(int(48_000 * seconds)) / 20) * 0.2).astype(np.float32)
    for at in range(0, len(wave) - 960, 960):
        frame = av.AudioFrame.from_ndarray(wave[None, at : at + 960], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def film_of_planes(
    *planes: NDArray[np.uint8] | NDArray[np.uint16], pixel_format: str, frames: int = 2, **tags: int
) -> bytes:
    """A lossless film that shows the given samples, as they stand; tags are those of ``VideoFrame``, by name."""
    output = io.BytesIO()
    height, width = planes[0].shape[:2]
    with av.open(output, "w", format="matroska") as container:
        stream = container.add_stream("ffv1", 25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for number in range(frames):
            frame = VideoFrame(width, height, pixel_format)
            for place, samples in zip(frame.planes, planes, strict=True):
                row = np.zeros((place.height, place.line_size), np.uint8)
                content = np.ascontiguousarray(samples).view(np.uint8).reshape(place.height, -1)
                row[:, : content.shape[1]] = content
                place.update(row.tobytes())
            for name, value in tags.items():
                setattr(frame, name, value)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return output.getvalue()


def film_with_two_tracks(small: tuple[int, int], large: tuple[int, int]) -> bytes:
    """Two video tracks, the smaller one first: frame 1 over and over in the small one, frame 2 in the large one."""
    output = io.BytesIO()
    with av.open(output, "w", format="mp4") as container:
        tracks = []
        for number, (width, height) in enumerate((small, large), start=1):
            stream = container.add_stream("libx264", 25, options={"preset": "veryfast"})
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            tracks.append((stream, numbered(number, width, height)))
        for _ in range(10):
            for stream, picture in tracks:
                container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        for stream, _ in tracks:
            container.mux(stream.encode())
    return output.getvalue()
