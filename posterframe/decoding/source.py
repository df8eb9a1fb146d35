"""A video's packets and frames: an open container that is sought in, read and decoded.

Times here and in the other files of this folder are ticks: whole multiples of the stream's ``time_base``.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple, TypeAlias

import av
import numpy as np
from av.index import IndexEntry
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posterframe.decoding.container import choose_stream, open_container, threads_for
from posterframe.decoding.file import FileView, SharedFile

Packet: TypeAlias = "av.Packet[VideoStream]"

_ARENA_MAX = -8
"""What mallopt(3) calls M_ARENA_MAX."""

_MAX_DEMUX_ERRORS = 50
"""Demuxing goes on after a damaged place, but not for ever."""

_INDEX_MAY_LACK = 1.0
"""How much shorter than the video an index may be, in seconds, and still tell of all of it."""

_BEFORE_START = 10
"""How far before the start to seek, in seconds, to be at the start: transport streams land after what is asked."""

_STREAMS = ("mpegts", "mpeg")
"""Containers without an index: FFmpeg looks for a time in them, and marks all that it meets as a key frame."""

STEPS_BACK = (0.0, 0.5, 2.0, 8.0, 32.0, 128.0)
"""How far back to look, in seconds, when a seek lands after the wanted time or at nothing that decodes."""


class Index(NamedTuple):
    """The frames in the index of a container, in the order of decoding.

    Ticks when each is decoded, its bytes, and whether it decodes alone: an array each, since a film has many. ``end``
    is what was asked for, or when the key frame behind them is decoded if that is earlier.
    """

    timestamps: NDArray[np.int64]
    sizes: NDArray[np.int64]
    is_key: NDArray[np.bool_]
    end: int


class Facts(NamedTuple):
    """What opening a file has told: the number of the stream that we show; how many threads its decoder should have
    (0: it decides); whether sizes stand in the header; and whether frames of H.264 are stored out of order, which its
    decoder may find out too late, while others always find it in the stream."""

    stream: int
    threads: int
    in_header: bool
    reorders: bool


class Source:
    """An open container with the one stream that we show. Seeks, gives packets and decodes them, and never fails
    for damaged data alone: what can be shown is shown.

    ``known`` are the ``facts`` of an earlier source of the same file. If its header says what the decoder needs, FFmpeg
    then does not decode the first frames to find that out, which takes up to 30 ms.
    """

    def __init__(self, file: SharedFile, name: str, known: Facts | None = None) -> None:
        self.name = name
        self._open(file, known, decodes=known is None or not known.in_header)
        if known is not None and self._reorders != known.reorders:
            self._container.close()
            self._open(file, known, decodes=True)
        self.facts = known or Facts(self.stream.index, threads_for(self.stream), self._has_header, self._reorders)
        context = self.stream.codec_context
        context.thread_count = self.facts.threads
        if context.codec.canonical_name == "hevc":  # whose decoder keeps errors to itself otherwise
            context.options = {**context.options, "err_detect": "explode"}
        assert self.stream.time_base is not None
        self.tick = self.stream.time_base
        self.start = self.stream.start_time or 0
        self._closed = False
        self._torn: set[int | None] = set()
        self._is_damaged = False

    def _open(self, file: SharedFile, known: Facts | None, *, decodes: bool) -> None:
        self.view = FileView(file)
        self._container = open_container(self.view, self.name, decodes=decodes)
        try:
            self.stream = choose_stream(self._container, self.name, None if known is None else known.stream)
        except BaseException:
            self._container.close()
            raise

    @property
    def _has_header(self) -> bool:
        return "mov" in self.format_name or "matroska" in self.format_name

    @property
    def _reorders(self) -> bool:
        context = self.stream.codec_context
        return context.codec.canonical_name == "h264" and context.has_b_frames

    @property
    def format_name(self) -> str:
        """FFmpeg's name of the container format; mp4 and its relatives all have ``mov`` in it."""
        return self._container.format.name

    @property
    def claimed_duration(self) -> int | None:
        """How long the file says it is, which need not be true."""
        if self.stream.duration:
            return self.stream.duration
        if self._container.duration:
            return int(self._container.duration / (av.time_base * self.tick))
        return None

    def close(self) -> None:
        self._closed = True
        self._container.close()

    def _check_open(self) -> None:
        """PyAV reads freed memory when a closed container is used, so nothing gets that far."""
        if self._closed:
            raise ValueError(f"{self.name} is closed")

    def use_one_thread(self) -> None:
        """For a single frame: of several threads each would begin with one of its own. Before anything is decoded."""
        self.stream.codec_context.thread_count = 1

    def share_cores(self, among: int) -> None:
        """Use a part of the cores, where so many decode at once: threads of one wait for each other, decoders do not.

        Before anything is decoded.
        """
        context = self.stream.codec_context
        cores = os.cpu_count() or 1
        context.thread_count = max(1, min(context.thread_count or cores, cores // among))

    def open_decoder(self) -> None:
        """Make the decoder ready as it is set now; what is set later does not reach dav1d, for one."""
        with suppress(av.FFmpegError):  # one that cannot be opened decodes nothing, which is told elsewhere
            self.stream.codec_context.open(strict=False)

    def seek(self, ticks: int) -> bool:
        """Stand at the key frame from which a time can be decoded, or near it; False when the container cannot."""
        self._check_open()
        try:
            self._container.seek(ticks, stream=self.stream)
        except av.FFmpegError:
            self.view.check()
            return False
        self.view.check()
        return True

    def seek_key(self, ticks: int) -> None:
        """Stand where a time can be decoded from: at a key frame before it, or at the beginning."""
        if self.format_name not in _STREAMS:
            self.seek(ticks)
            return
        for step in STEPS_BACK:
            target = ticks - int(step / self.tick)
            if self.seek(target):
                key = next((packet for packet in self.packets() if packet.is_keyframe), None)
                at = None if key is None else time_of(key)
                if at is not None and at <= ticks:
                    self.seek(target)
                    return
        self.rewind()

    def rewind(self) -> bool:
        """Stand at the very beginning; False when the container cannot."""
        return self.seek(self.start - int(_BEFORE_START / self.tick)) or self.seek(self.start)

    def packets(self) -> Iterator[Packet]:
        """The packets from here to the end."""
        for _ in range(_MAX_DEMUX_ERRORS):
            try:
                for packet in self._container.demux(self.stream):
                    if packet.size:
                        yield packet
                    self._check_open()
            except av.FFmpegError:
                self.view.check()
                continue
            self.view.check()
            return

    def decode(self, packet: Packet | None) -> list[VideoFrame]:
        """What the decoder gives for a packet, each frame with its ``pts``; None asks for what it still holds.

        ``is_damaged`` tells of each whether it is whole.
        """
        if packet is not None and packet.is_corrupt:
            self._torn.add(time_of(packet))
        try:
            frames = self.stream.codec_context.decode(packet)
        except av.FFmpegError:
            if packet is not None:
                self._is_damaged = True
                if self.stream.codec_context.thread_count == 1:  # else it is told of a packet before this one
                    self._torn.add(time_of(packet))
            return []
        for frame in frames:
            if frame.pts is None:
                frame.pts = frame.dts
            is_torn = frame.is_corrupt or frame.pts in self._torn
            self._is_damaged = is_torn or (self._is_damaged and not frame.key_frame)
            if self._is_damaged:
                frame.opaque = object()  # one for each: PyAV forgets it for all frames when the first of them goes
        return [frame for frame in frames if frame.pts is not None]

    def drain(self) -> list[VideoFrame]:
        """What the decoder still holds; it then takes the next key frame as the first of all."""
        frames = self.decode(None)
        self.stream.codec_context.flush_buffers()
        return frames

    def index(self, start: int, end: int) -> Index:
        """What the index of the container tells of a part, from the key frame before ``start`` on.

        Empty without an index, or with one that does not tell of all up to ``end``.
        """
        self._check_open()
        entries = self.stream.index_entries
        part: list[IndexEntry] = []
        if len(entries) and (end - entries[-1].timestamp) * self.tick <= _INDEX_MAY_LACK:
            first = max(0, entries.search_timestamp(start))
            last = entries.search_timestamp(end - 1, backward=False, any_frame=True)
            behind = len(entries) if last < 0 else max(last, first + 1)
            part = entries[first:behind]
            if behind < len(entries) and entries[behind].is_keyframe:
                end = min(end, entries[behind].timestamp)
        told = ((one.timestamp, one.size, one.is_keyframe) for one in part)
        table = np.fromiter(told, [("at", np.int64), ("size", np.int64), ("key", np.bool_)], len(part))
        return Index(table["at"], table["size"], table["key"], end)

    def key_before(self, ticks: int) -> int | None:
        """Where the index of the container has the key frame for a time; None without an index."""
        self._check_open()
        entries = self.stream.index_entries
        at = entries.search_timestamp(ticks) if len(entries) and self.format_name not in _STREAMS else -1
        return None if at < 0 else entries[at].timestamp


def start_of(frame: VideoFrame) -> int:
    """When a frame that ``Source.decode`` gave starts."""
    assert frame.pts is not None
    return frame.pts


def is_damaged(frame: VideoFrame) -> bool:
    """Whether a frame that ``Source.decode`` gave was made up in part, or is drawn over one that was.

    Transport streams tell of data that was lost, decoders of what they cannot read, and those of H.264 and of MPEG-1, 2
    and 4 of what they had to conceal. What follows, up to the next key frame, carries it on. Several threads may pass a
    frame on before it is known, or tell of it a few frames late.
    """
    return frame.opaque is not None


def time_of(packet: Packet) -> int | None:
    """When the frame in a packet starts; None where the container does not say."""
    return packet.pts if packet.pts is not None else packet.dts


@cache
def share_memory() -> None:
    """Let all threads have their memory from two pools: each would get one of its own, to be filled anew and kept."""
    with suppress(AttributeError, OSError, TypeError):  # there is no such thing but in glibc
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def give_back_memory() -> None:
    """Let the system have what decoders that are gone have used; glibc would keep it, most of 200 MB after 4K."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
