"""Videos of every kind: the exact frame, its true colours, and a clear word where there is none."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import ExifTags, Image

from posterframe.decoding.file import SharedFile
from posterframe.decoding.source import Source
from posterframe.errors import BadInput, ServiceFailed
from posterframe.video import Footage, Video
from tests.kinds_of_film import UNEVEN, CountingFile, noise, of_every_kind, opened
from tests.numbered_films import (
    Film,
    corners_of,
    film_of_planes,
    film_with_two_tracks,
    number_in,
    numbered,
    sound_only,
)


class BreakingFile(io.BytesIO):
    """Fails as a server does, after some reads."""

    def __init__(self, data: bytes, reads: int) -> None:
        super().__init__(data)
        self._left = reads

    def read(self, size: int | None = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise ServiceFailed("The server stopped in the middle: try again.")
        return super().read(size)


# Times


def test_a_single_frame_is_shown_for_a_while() -> None:
    with opened(Film(times=[0.0], container="mpegts").render()) as video:
        assert video.info.duration > 0
        assert [number_in(frame.pixels) for frame in video.scan(0.5)] == [0]


def test_times_without_measure_mean_the_last_frame() -> None:
    with opened(Film(frames=10).render()) as video:
        assert number_in(video.frame_at(1e305).pixels) == 9


@of_every_kind
def test_each_frame_is_found_at_its_time_in_any_order(film: Film) -> None:
    starts = [start - film.starts()[0] for start in film.starts()]
    with opened(film.render()) as video:
        for number in [*reversed(range(len(starts))), *range(0, len(starts), 3)]:
            frame = video.frame_at(starts[number])
            assert number_in(frame.pixels) == number
            assert frame.timestamp == pytest.approx(starts[number], abs=0.002)


@of_every_kind
def test_between_two_frames_the_earlier_one_is_shown(film: Film) -> None:
    starts = [start - film.starts()[0] for start in film.starts()]
    with opened(film.render()) as video:
        for number, (start, following) in enumerate(pairwise(starts)):
            assert number_in(video.frame_at(start + 0.9 * (following - start)).pixels) == number


@of_every_kind
def test_all_frames_follow_each_other_once(film: Film) -> None:
    with opened(film.render()) as video:
        frames = list(video.frames_between(0, video.info.duration))
    assert [number_in(frame.pixels) for frame in frames] == list(range(len(film.starts())))


@of_every_kind
def test_the_duration_is_that_of_the_pictures_and_past_it_the_last_one_stays(film: Film) -> None:
    starts = film.starts()
    with opened(film.render()) as video:
        assert video.info.duration == pytest.approx(starts[-1] - starts[0] + 1 / film.fps, abs=0.011)
        assert number_in(video.frame_at(video.info.duration + 3600).pixels) == len(starts) - 1


def test_a_time_rounded_to_milliseconds_finds_the_frame_it_came_from() -> None:
    with opened(Film(frames=60, fps=30).render()) as video:
        for frame in video.frames_between(0, 2):
            assert number_in(video.frame_at(round(frame.timestamp, 3)).pixels) == number_in(frame.pixels)


def test_a_frame_lasts_until_the_next_one() -> None:
    with opened(Film(times=UNEVEN).render()) as video:
        lengths = [frame.duration for frame in video.frames_between(0, 2.55)]
    assert lengths == pytest.approx([later - earlier for earlier, later in pairwise(UNEVEN)][:10], abs=0.001)


@pytest.mark.parametrize("timestamp", [-0.1, float("nan"), float("inf")])
def test_what_is_no_time_is_refused_in_a_sentence(timestamp: float) -> None:
    with (
        opened(Film().render(), "beach.mp4") as video,
        pytest.raises(BadInput, match=r"beach\.mp4; give seconds from 0"),
    ):
        video.frame_at(timestamp)


def test_a_window_holds_the_frame_that_is_shown_at_its_start() -> None:
    with opened(Film().render()) as video:
        numbers = [number_in(frame.pixels) for frame in video.frames_between(0.41, 0.56)]
    assert numbers == [10, 11, 12, 13, 14]


def test_frames_come_one_at_a_time_as_the_file_is_read() -> None:
    data = Film(frames=60, draw=noise, options={"crf": "1"}).render()
    file = CountingFile(data)
    with Video(file, "film.mp4") as video:
        before = file.bytes_read
        next(video.frames_between(0, 10))
    assert file.bytes_read - before < len(data) / 2


# What a file says of itself


def test_the_info_tells_what_was_probed() -> None:
    data = Film(width=320, height=180, fps=30).render()
    with opened(data) as video:
        info = video.info
    assert (info.width, info.height, info.codec, info.bytes) == (320, 180, "h264", len(data))
    assert info.fps == pytest.approx(30)
    assert not info.variable_frame_rate


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_uneven_frames_are_told(container: str) -> None:
    with opened(Film(times=UNEVEN, container=container).render()) as video:
        assert video.info.variable_frame_rate
        assert video.info.fps == pytest.approx(len(UNEVEN) / 2.66, rel=0.1)


def test_a_recording_without_a_length_is_measured() -> None:
    recording = io.BytesIO(Film(container="webm", codec="libvpx", frames=75, container_options={"live": "1"}).render())
    with Video(recording, "recording.webm") as video:
        assert video.info.duration == pytest.approx(3.0, abs=0.05)
        assert number_in(video.frame_at(2.0).pixels) == 50


TURNS: dict[str, tuple[dict[str, object], int, list[str]]] = {
    "as it is": ({}, 0, ["red", "green", "blue", "yellow"]),
    "a quarter clockwise": ({"rotation": -90}, 90, ["blue", "red", "yellow", "green"]),
    "upside down": ({"rotation": 180}, 180, ["yellow", "blue", "green", "red"]),
    "a quarter counter-clockwise": ({"rotation": 90}, 270, ["green", "yellow", "red", "blue"]),
    "mirrored": ({"mirrored": True}, 0, ["green", "red", "yellow", "blue"]),
}


@pytest.mark.parametrize(("changes", "rotation", "corners"), TURNS.values(), ids=TURNS.keys())
def test_a_film_is_shown_upright(changes: dict[str, object], rotation: int, corners: list[str]) -> None:
    size = (192, 108) if rotation in (0, 180) else (108, 192)
    with opened(Film(frames=3).but(**changes).render()) as video:
        frame = video.frame_at(0)
        small = video.frame_at(0, max_height=54)
    assert (video.info.rotation, video.info.width, video.info.height) == (rotation, *size)
    assert frame.pixels.shape == (size[1], size[0], 3)
    assert small.pixels.shape == (54, round(size[0] * 54 / size[1]), 3)
    assert corners_of(frame.pixels) == corners_of(small.pixels) == corners


def test_a_film_is_shown_upright_whatever_else_is_told_of_its_pictures() -> None:
    output = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    with av.open(output, "w", format="mov") as container:
        stream = container.add_stream("mjpeg", 25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 192, 112, "yuvj420p"
        picture = io.BytesIO()
        Image.fromarray(numbered(1, 192, 112)).save(picture, "JPEG", exif=exif)
        packet = av.Packet(picture.getvalue())
        packet.stream, packet.pts, packet.dts, packet.time_base = stream, 0, 0, Fraction(1, 25)
        container.mux(packet)
    with opened(output.getvalue()) as video:
        assert (video.info.rotation, video.info.width, video.info.height) == (90, 112, 192)
        assert corners_of(video.frame_at(0).pixels) == ["blue", "red", "yellow", "green"]


@pytest.mark.parametrize("max_height", [None, 54])
def test_frames_of_another_shape_stand_before_black(max_height: int | None) -> None:
    wide = Film(frames=25, container="mpegts", options={"bf": "0"})
    high = wide.but(width=108, height=192, start=1.0)
    with opened(wide.render() + high.render()) as video:
        first, turned = (video.frame_at(at, max_height=max_height).pixels for at in (0.5, 1.5))
    assert turned.shape == first.shape
    height, width = turned.shape[:2]
    side = (width - round(height * 108 / 192)) // 2
    assert turned[:, : side - 2].max() <= 16
    assert number_in(turned[:, side : width - side]) == 12


@pytest.mark.parametrize(
    ("aspect", "width"),
    [(Fraction(4, 3), 256), (Fraction(8, 9), 171), (Fraction(255, 1), 192)],
    ids=["wide pixels", "narrow pixels", "pixels of a shape that cannot be"],
)
def test_pixels_are_made_square(aspect: Fraction, width: int) -> None:
    with opened(Film(frames=2, pixel_aspect=aspect).render()) as video:
        assert (video.info.width, video.info.height) == (width, 108)
        assert video.frame_at(0).pixels.shape == (108, width, 3)


def test_pictures_are_made_smaller_but_never_larger() -> None:
    with opened(Film(frames=2).render()) as video:
        assert video.frame_at(0, max_height=27).pixels.shape == (27, 48, 3)
        assert video.frame_at(0, max_height=1080).pixels.shape == (108, 192, 3)


def test_the_largest_of_several_tracks_is_taken() -> None:
    with opened(film_with_two_tracks((96, 54), (192, 108))) as video:
        assert (video.info.width, number_in(video.frame_at(0.2).pixels)) == (192, 2)


def test_an_8k_frame_is_decoded() -> None:
    data = Film(frames=1, width=7680, height=4320, options={"preset": "ultrafast"}).render()
    with opened(data) as video:
        assert number_in(video.frame_at(0).pixels) == 0
        assert video.frame_at(0, max_height=180).pixels.shape == (180, 320, 3)


# Colours

BARS = np.array(
    [[1, 1, 1], [1, 1, 0], [0, 1, 1], [0, 1, 0], [1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 0], [0.5, 0.5, 0.5]]
)
# Kr and Kb of each matrix (Rec. ITU-R BT.601, BT.709, BT.2020), and FFmpeg's number for it.
MATRICES = {"bt601": (0.299, 0.114, 6), "bt709": (0.2126, 0.0722, 1), "bt2020": (0.2627, 0.0593, 9)}
FULL, LIMITED = 2, 1


def bar_planes(rgb: NDArray[np.float64], matrix: str, *, full: bool, bits: int) -> list[NDArray[np.uint16]]:
    """Y, Cb and Cr samples of upright bars, 16 × 32 pixels each."""
    kr, kb, _ = MATRICES[matrix]
    y = rgb @ [kr, 1 - kr - kb, kb]
    cb, cr = (rgb[:, 2] - y) / (2 - 2 * kb), (rgb[:, 0] - y) / (2 - 2 * kr)
    one, top = 1 << (bits - 8), (1 << bits) - 1
    levels = [y * top, cb * top + 128 * one, cr * top + 128 * one] if full else []
    levels = levels or [(16 + 219 * y) * one, (128 + 224 * cb) * one, (128 + 224 * cr) * one]
    return [
        np.repeat(np.clip(np.round(level), 0, top), 16)[None].repeat(32, axis=0).astype(np.uint16) for level in levels
    ]


def bars_in(pixels: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """The colour in the middle of each bar."""
    width = pixels.shape[1] // count
    return pixels[pixels.shape[0] // 2, width // 2 :: width][:count]


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("full", [False, True], ids=["limited range", "full range"])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("max_height", [None, 16])
def test_colours_survive_every_matrix_range_and_depth(
    matrix: str, full: bool, bits: int, max_height: int | None
) -> None:
    planes = bar_planes(BARS, matrix, full=full, bits=bits)
    samples = planes if bits > 8 else [plane.astype(np.uint8) for plane in planes]
    data = film_of_planes(
        *samples,
        pixel_format="yuv444p" if bits == 8 else "yuv444p10le",
        colorspace=MATRICES[matrix][2],
        color_range=FULL if full else LIMITED,
    )
    with opened(data) as video:
        shown = bars_in(video.frame_at(0, max_height=max_height).pixels, len(BARS))
    assert shown == pytest.approx(BARS * 255, abs=3)


@pytest.mark.parametrize(("repeat", "matrix"), [(1, "bt601"), (9, "bt709")], ids=["small", "hd"])
def test_a_film_that_does_not_tell_its_matrix_gets_the_usual_one_for_its_size(repeat: int, matrix: str) -> None:
    planes = [plane.astype(np.uint8) for plane in bar_planes(BARS, matrix, full=False, bits=8)]
    data = film_of_planes(*(np.repeat(plane, repeat, axis=1) for plane in planes), pixel_format="yuv444p", frames=1)
    with opened(data) as video:
        assert bars_in(video.frame_at(0).pixels, len(BARS)) == pytest.approx(BARS * 255, abs=3)


# Signal levels of 26, 100, 203 and 1000 cd/m² in PQ, and of 38, 50, 75 and 100 % in HLG (Rec. ITU-R BT.2408, table 1).
HDR = {
    "pq": (16, [0.38, 0.5081, 0.5807, 0.7518], [100, 186, 229, 255]),
    "hlg": (18, [0.38, 0.5, 0.75, 1.0], [101, 137, 229, 255]),
}


@pytest.mark.parametrize(("transfer", "signal", "shown"), HDR.values(), ids=HDR.keys())
def test_hdr_keeps_its_midtones_and_rolls_its_highlights_off(
    transfer: int, signal: list[float], shown: list[int]
) -> None:
    planes = bar_planes(np.repeat(np.array(signal)[:, None], 3, axis=1), "bt2020", full=False, bits=10)
    data = film_of_planes(
        *planes, pixel_format="yuv444p10le", colorspace=9, color_range=LIMITED, color_trc=transfer, color_primaries=9
    )
    with opened(data) as video:
        bars = bars_in(video.frame_at(0).pixels, len(signal))
    assert bars == pytest.approx(np.repeat(np.array(shown)[:, None], 3, axis=1), abs=4)


def test_wide_gamut_greys_stay_and_colours_gain() -> None:
    half = np.array([[0.5, 0.5, 0.5], [0.6, 0.4, 0.4]])
    planes = [plane.astype(np.uint8) for plane in bar_planes(half, "bt2020", full=False, bits=8)]
    data = film_of_planes(*planes, pixel_format="yuv444p", colorspace=9, color_range=LIMITED, color_primaries=9)
    with opened(data) as video:
        grey, red = bars_in(video.frame_at(0).pixels, 2).astype(int)
    assert grey == pytest.approx([128, 128, 128], abs=2)
    assert red[0] > 0.6 * 255 + 4
    assert red[1] < 0.4 * 255


def test_what_is_transparent_shows_as_before_black() -> None:
    rgba = np.zeros((32, 96, 4), np.uint8)
    rgba[:, :32], rgba[:, 32:64], rgba[:, 64:] = (200, 100, 50, 255), (200, 100, 50, 128), (200, 100, 50, 0)
    with opened(film_of_planes(rgba, pixel_format="bgra")) as video:
        bars = bars_in(video.frame_at(0).pixels, 3)
    assert bars.tolist() == [[50, 100, 200], pytest.approx([25, 50, 100], abs=1), [0, 0, 0]]


def test_a_film_in_greys_has_no_colour() -> None:
    ramp = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (32, 1))
    with opened(film_of_planes(ramp, pixel_format="gray", color_range=FULL)) as video:
        pixels = video.frame_at(0).pixels.astype(int)
    assert np.ptp(pixels, axis=2).max() == 0
    assert pixels[16, :, 0] == pytest.approx(ramp[16], abs=1)


def test_what_moves_is_not_combed_in_an_interlaced_film() -> None:
    def disc_in_two_fields(number: int, width: int, height: int) -> NDArray[np.uint8]:
        y, x = np.mgrid[:height, :width]
        fields = np.where(y % 2, x - width // 2, x - width // 2 + 16)
        return (
            np.where((fields**2 + (y - height // 2) ** 2 < (height // 4) ** 2)[..., None], 255, 0)
            .astype(np.uint8)
            .repeat(3, axis=2)
        )

    film = Film(
        frames=3,
        width=320,
        height=240,
        codec="mpeg2video",
        container="mpegts",
        draw=disc_in_two_fields,
        options={"flags": "+ilme+ildct", "qmin": "1", "qmax": "2"},
    )
    combed = disc_in_two_fields(0, 320, 240)
    with opened(film.render()) as video:
        shown = video.frame_at(0).pixels
    assert combing(shown) < combing(combed) / 5


def combing(pixels: NDArray[np.uint8]) -> float:
    """How far a row differs from the mean of those above and below it."""
    rows = pixels[..., 0].astype(int)
    return float(np.abs(2 * rows[1:-1] - rows[:-2] - rows[2:]).mean())


# Files that are no video, or not all of one

PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\nfile://{path}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile '{path}'\n"
MANIFEST = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{path}</BaseURL></Period></MPD>'

NO_VIDEO: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not a video"),
    "text": (lambda: b"Dear diary, today I went to the beach.\n" * 99, "not a video"),
    "a web page": (lambda: b"<!doctype html><html><body>404</body></html>", "not a video"),
    "sound": (sound_only, "no pictures, only sound"),
    "sound with a cover": (lambda: sound_only(cover=True), "a cover picture but no moving pictures"),
    "an mp4 without its end, where the index is": (lambda: Film(frames=99).render()[:-3000], "cut off or damaged"),
    "an mp4 of which only the index came": (
        lambda: Film(container_options={"movflags": "faststart"}).render().partition(b"mdat")[0] + b"mdat",
        "no picture that can be decoded",
    ),
    "a film that claims 12000×12000": (
        lambda: (
            Film(frames=2, codec="qtrle", container="mov", pixel_format="rgb24")
            .render()
            .replace(struct.pack(">HHI", 192, 108, 72 << 16), struct.pack(">HHI", 12_000, 12_000, 72 << 16))
        ),
        "12000×12000, more than can be read",
    ),
}


@pytest.mark.parametrize(("render", "words"), NO_VIDEO.values(), ids=NO_VIDEO.keys())
def test_what_is_no_video_is_refused_in_a_sentence_and_closed(render: Callable[[], bytes], words: str) -> None:
    file = io.BytesIO(render())
    with pytest.raises(BadInput, match=words) as refusal:
        Video(file, "holiday.mp4")
    assert str(refusal.value).startswith("holiday.mp4 ")
    assert file.closed


@pytest.mark.parametrize("text", [PLAYLIST, CONCAT, MANIFEST], ids=["hls", "concat", "dash"])
def test_a_file_cannot_make_us_open_another(text: str, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(Film(frames=5).render())
    file = io.BytesIO(text.format(path=other).encode())
    with pytest.raises(BadInput, match="not a video"):
        Video(file, "list.m3u8")


@pytest.mark.parametrize("reads", range(0, 40, 3))
def test_what_the_file_raises_comes_through_as_itself(reads: int) -> None:
    data = Film(frames=120, draw=noise, options={"crf": "1"}, container_options={"movflags": "faststart"}).render()
    file = BreakingFile(data, reads)

    def watch() -> None:
        with Video(file, "film.mp4") as video:
            list(video.frames_between(0, 5))

    with pytest.raises(ServiceFailed, match="The server stopped in the middle"):
        watch()
    assert file.closed


def test_a_video_that_was_closed_says_so_to_whoever_still_reads() -> None:
    video = opened(Film().render())
    walk = video.frames_between(0, 2)
    next(walk)
    video.close()
    video.close()
    with pytest.raises(ValueError, match="closed"):
        next(walk)


def test_footage_opens_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(Film(frames=5).render())
    footage = Footage("film.mp4", None, lambda: path.open("rb"))
    for number in range(3):
        with footage.open() as video:
            assert number_in(video.frame_at(number / 25).pixels) == number


def test_the_pictures_of_the_test_films_say_their_number() -> None:
    assert [number_in(numbered(number, 96, 54)) for number in (0, 1, 77, 4095)] == [0, 1, 77, 4095]


@pytest.mark.parametrize(
    ("film", "tells"),
    [
        (Film(), True),
        (Film(codec="libvpx-vp9", container="webm"), True),
        (Film(container="matroska"), True),
        (Film(frames=1), False),
        (Film(container="mpegts"), False),
    ],
)
def test_a_file_that_was_opened_before_gives_the_same_frames_and_decodes_none_to_tell(film: Film, tells: bool) -> None:
    file = SharedFile(io.BytesIO(film.render()))
    with closing(Source(file, "film")) as source:
        facts, decoded = source.facts, [source.decode(packet) for packet in source.packets()]
    with closing(Source(file, "film", facts)) as source:
        assert (source.stream.format is None) == tells
        again = [source.decode(packet) for packet in source.packets()]
    assert [[frame.pts for frame in frames] for frames in again] == [
        [frame.pts for frame in frames] for frames in decoded
    ]
