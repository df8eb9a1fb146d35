"""FFmpeg on a short lead: what it may open, which stream of it we show, and with how many threads."""

from __future__ import annotations

import os

import av
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from posterframe.decoding.file import FileView
from posterframe.errors import BadInput

_CONTAINERS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,nut,rm,dv,wtv,ivf,gif,apng"
"""Containers that hold their streams themselves.

Formats that point to other files or addresses (hls, dash, concat, sdp, image sequences …) are left out, so that a file
cannot make FFmpeg open anything.
"""

_NO_PROTOCOL = "none"
"""No protocol has this name, so whatever a file asks FFmpeg to open is refused."""

_NO_CODEC = "none"
"""No codec has this name, so opening a container decodes nothing."""

_MAX_PIXELS = 2 * 7680 * 4320
"""Twice 8K; a header that claims more is an attack on memory."""

_MAX_IN_WORK = 64_000_000
"""Bytes of pictures in the works of a decoder, of which each thread has one; that of 10-bit 4K is 25 MB."""

_READ_SIZE = 64 * 1024
"""One read of our file by FFmpeg, in bytes: less often through Python, still little after a seek."""


def open_container(view: FileView, name: str, *, decodes: bool) -> InputContainer:
    """An open container; unless FFmpeg ``decodes`` its first frames, only what its header tells of them is known.

    Raises ``BadInput`` for what is no video, and what the file itself raised.
    """
    options = {"protocol_whitelist": _NO_PROTOCOL, "format_whitelist": _CONTAINERS}
    try:
        return av.open(
            view,
            mode="r",
            options=options if decodes else {**options, "codec_whitelist": _NO_CODEC},
            metadata_errors="replace",
            buffer_size=_READ_SIZE,
        )
    except (av.FFmpegError, ValueError) as error:
        view.check()
        if view.starts_like_video():
            raise BadInput(f"{name} is cut off or damaged; give the whole file, one that plays elsewhere.") from error
        raise BadInput(f"{name} is not a video that can be read here; give an mp4, mov, webm or mkv file.") from error


def choose_stream(container: InputContainer, name: str, number: int | None) -> VideoStream:
    """The stream of that number, or that a player would show: the largest, then the default one; never an attached
    picture. The others are passed over from then on.

    Raises ``BadInput`` where none can be shown.
    """
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        found = "a cover picture but no moving pictures" if container.streams.video else "no pictures, only sound"
        raise BadInput(f"{name} has {found}; give a file with a video track.")
    known = [stream for stream in moving if stream.codec_context is not None]
    if not known:
        raise BadInput(f"{name} uses a video codec that is unknown here; convert it to H.264, HEVC, VP9 or AV1.")
    best = max(known, key=lambda s: (s.index == number, s.width * s.height, bool(s.disposition & Disposition.default)))
    for stream in container.streams:
        stream.discard = Discard.default if stream is best else Discard.all
    if best.width * best.height > _MAX_PIXELS:
        raise BadInput(
            f"{name} is {best.width}×{best.height}, more than can be read here; give a smaller version of it."
        )
    best.codec_context.thread_type = "AUTO"
    best.codec_context.options = {"max_pixels": str(_MAX_PIXELS)}
    return best


def threads_for(stream: VideoStream) -> int:
    """0, which leaves it to the decoder, or fewer than one for each core where each would hold a huge picture."""
    is_deep = stream.format is not None and any(component.bits > 8 for component in stream.format.components)
    picture = stream.width * stream.height * 3 // (1 if is_deep else 2)
    most = max(1, _MAX_IN_WORK // max(1, picture))
    return 0 if most > (os.cpu_count() or 1) else most
