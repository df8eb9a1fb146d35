"""This machine cuts the pictures: at once, at the exact time and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from posterframe.contracts import Cut, Job, Picture, ThumbnailStatus
from posterframe.errors import ServiceFailed
from posterframe.picture import check_shape, encode
from posterframe.video import Footage


class LocalExtractor:
    """Cuts with the codecs inside PyAV and Pillow. A job is ready when it starts, and carries its picture with it."""

    name = "local"
    label = "this machine"
    is_service = False
    is_sandbox = False

    def start(self, footage: Footage, cut: Cut) -> Job:
        """Cut the frame shown at the time asked, the last one for a time past the end."""
        check_shape(cut.shape)
        with footage.open() as video:
            frame = video.frame_at(cut.timestamp)
        return Job(ThumbnailStatus.READY, progress=1.0, picture=encode(frame.pixels, cut.shape))

    def look(self, job_ids: Sequence[str]) -> Mapping[str, Job]:  # noqa: ARG002 - there is never one to look at
        """Nothing: no job outlives ``start``, and none has an id."""
        return {}

    def fetch(self, job: Job, cut: Cut) -> Picture:
        """The picture that ``start`` cut."""
        if job.picture is None:
            raise ServiceFailed(f"The picture {cut.key} was not kept when it was cut: cut it again.")
        return job.picture
