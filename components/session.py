"""What every page needs to know of the session it runs in."""

from __future__ import annotations

import streamlit as st

from posterframe.settings import settings
from posterframe.studio import Studio, open_studio

GUEST = "Guest"
"""Who decides while nobody has given a name."""


def studio() -> Studio:
    """The parts that this process works with."""
    return open_studio(settings())


def who() -> str:
    """The name under which the person of this session decides."""
    return str(st.session_state.get("who") or GUEST)


def picture_link(key: str | None) -> str | None:
    """Where the browser finds a stored picture."""
    return studio().media.link(key) if key else None
