"""A review that was taken out of the library: how that is done, what its page then says, and the way back."""

from __future__ import annotations

import streamlit as st

from components.empty import begin_empty
from components.session import clock, show_said, studio, telling, who
from components.words import plain
from posterframe.model import Action, Review

PLACE = "removed"
"""Where it is told that a review could not be removed or brought back."""

JUST_REMOVED = "just_removed"
"""Where the session keeps the id of the review that was removed last, whose card leaves the way back in its place."""


def just_removed() -> str:
    """The id of the review that can be brought back where it stood; empty for none."""
    return str(st.session_state.get(JUST_REMOVED, ""))


def forget_removed() -> None:
    """The person goes on; a removed review is then brought back from its own page."""
    st.session_state.pop(JUST_REMOVED, None)


def offer_removal(review: Review) -> None:
    """A quiet button. It reads “Remove”; page.css leaves the title to those who hear it among many others."""
    label = f"Remove *“{plain(review.title)}”*"
    st.button(label, key=f"remove-{review.id}", type="tertiary", on_click=_remove, args=(review.id,))


def offer_return(review: Review) -> None:
    """What stands in the place of a card that was just removed."""
    with st.container(border=True, key=f"removed-{review.id}", gap="xsmall"):
        st.caption(plain(f"Removed “{review.title}”."))
        st.button("Bring it back", key=f"restore-{review.id}", type="tertiary", on_click=_restore, args=(review.id,))


def show_removed(review: Review) -> None:
    """The page of a removed review: who did that and when, and the way back, since nothing of it is lost."""
    st.set_page_config(page_title=f"{review.title} · Posterframe")
    st.title("This review was removed", anchor=False)
    show_said(PLACE)
    lines = reversed(studio().store.decisions(review.id))
    line = next(one for one in lines if one.action is Action.REMOVED and one.moment_id is None)
    when = clock(line.at, in_full=True)
    with begin_empty(plain(f"{line.who} removed “{review.title}” on {when}. All that belongs to it is kept.")):
        st.button("Bring it back", type="primary", on_click=_restore, args=(review.id,))


@telling(PLACE)
def _remove(review_id: str) -> None:
    studio().store.remove_review(review_id, who())
    st.session_state[JUST_REMOVED] = review_id


@telling(PLACE)
def _restore(review_id: str) -> None:
    studio().store.restore_review(review_id, who())
    forget_removed()
