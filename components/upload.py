"""A file of the person's, sent straight to disk in pieces; Streamlit's own uploader would hold all of it in memory."""

from __future__ import annotations

from dataclasses import dataclass

from components.front_end import front_end
from components.session import studio
from posterframe.registry import title_of

_uploader = front_end("upload", '<div class="upload"></div>')


@dataclass(frozen=True)
class Upload:
    """A video that has arrived: what to call it, and its media key."""

    title: str
    key: str


def upload_video(ticket: str) -> Upload | None:
    """A field for one file. ``ticket`` lets its holder send one; the answer is there in the run after it arrived."""
    result = _uploader(key="upload", data={"ticket": ticket}, on_done_change=lambda: None)
    done = result.done
    if not done:
        return None
    return Upload(title_of(str(done["name"])), studio().media.uploaded_key(str(done["receipt"])))
