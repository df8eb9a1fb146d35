"""A person works on the moments of a review: each edit is stored at once, and the log has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from posterframe import workflows
from posterframe.contracts import Picked, Proposal, ThumbnailStatus, Wish
from posterframe.model import BY_FILE, Action, DecisionState, Review, RoundState, SourceKind
from posterframe.shapes import PRESETS, USUAL
from posterframe.studio import Studio
from posterframe.timecode import format_time
from tests.app.conftest import edit, error_on, open_page, press, snapshot_of
from tests.waiting import wait_for


def test_the_table_shows_what_was_suggested(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    rows = page.dataframe[0].value
    assert len(rows) == 3
    assert all(rows["Frame"].str.startswith("/files/"))
    assert set(rows["From"]) == {"This machine"}
    assert not rows["Approve"].any()


def test_an_approval_is_stored_at_once_and_stays_after_a_refresh(studio: Studio, review: Review) -> None:
    edit(open_page(review.id), 1, "Approve", True)
    assert snapshot_of(studio, review.id).moments[1].decision is DecisionState.APPROVED
    assert list(open_page(review.id).dataframe[0].value["Approve"]) == [False, True, False]


def test_taking_an_approval_back_works_again_and_again(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    for approved in (True, False, True, False):
        edit(page, 0, "Approve", approved)
        decision = snapshot_of(studio, review.id).moments[0].decision
        assert decision is (DecisionState.APPROVED if approved else DecisionState.CANDIDATE)


def test_an_edit_that_was_on_its_way_while_the_table_was_replaced_is_stored(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    old = page.session_state["tables"][-1].key
    edit(page, 0, "Time", "1.5")
    assert page.session_state["tables"][-1].key != old, "a time that reads otherwise than it was typed"
    late = {0: {"Time": "1.5"}, 1: {"Approve": True}}
    page.session_state[old] = {"edited_rows": late, "added_rows": [], "deleted_rows": []}
    page.run()
    assert [one.decision for one in snapshot_of(studio, review.id).moments][1] is DecisionState.APPROVED
    retimed = [line for line in studio.store.decisions(review.id) if line.action is Action.RETIMED]
    assert len(retimed) == 1, "the edit that was stored before is not stored again"


def test_the_table_stays_the_same_one_when_a_column_gets_its_first_value(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    before = page.dataframe[0].value.dtypes
    assert page.dataframe[0].value["Suggested"].isna().all()
    studio.store.retime(snapshot_of(studio, review.id).moments[0].id, 2.0, "Kim")
    page.run()
    assert not page.dataframe[0].value["Suggested"].isna().all()
    assert (page.dataframe[0].value.dtypes == before).all()


def test_leaving_the_page_and_coming_back_forgets_no_edit(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    edit(page, 0, "Approve", True)
    page.switch_page("../pages/library.py").run()
    page.switch_page("../pages/review.py").run()
    studio.store.decide(snapshot_of(studio, review.id).moments[0].id, DecisionState.REJECTED, "Kim")
    edit(page, 0, "Approve", True)
    assert snapshot_of(studio, review.id).moments[0].decision is DecisionState.APPROVED


def test_a_reason_longer_than_a_browser_lets_through_is_refused(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    edit(page, 0, "Reason", "word " * 200)
    assert "500 letters" in error_on(page)
    assert snapshot_of(studio, review.id).moments[0].reason == "A good start"


def test_an_edited_time_gets_a_new_preview(studio: Studio, review: Review) -> None:
    before = snapshot_of(studio, review.id).moments[0]
    other = 6.0 if before.timestamp < 5 else 1.0
    edit(open_page(review.id), 0, "Time", str(other))

    def renewed() -> bool:
        moment = snapshot_of(studio, review.id).moments[0]
        return moment.preview_at == other and moment.preview != before.preview

    wait_for(renewed, 30)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("soon", "is not a time"),
        ("-3", "is not a time"),
        ("nan", "is not a time"),
        ("", "Give a time in the video"),
        ("9:59:59", "The video ends at 0:07.0"),
    ],
    ids=["words", "negative", "not a number", "empty", "past the end"],
)
def test_a_bad_time_gets_a_sentence_and_the_old_one_stands(
    studio: Studio, review: Review, typed: str, words: str
) -> None:
    before = snapshot_of(studio, review.id).moments
    page = open_page(review.id)
    key = page.session_state["tables"][-1].key
    edit(page, 0, "Time", typed)
    assert words in error_on(page)
    assert snapshot_of(studio, review.id).moments == before
    assert page.session_state["tables"][-1].key != key, "the table still shows the time that was refused"


def test_an_edit_in_another_tab_is_shown_and_the_log_has_both(studio: Studio, review: Review) -> None:
    here, there = open_page(review.id), open_page(review.id)
    edit(here, 0, "Reason", "Mine")
    edit(there, 0, "Reason", "Theirs")
    here.run()
    assert here.dataframe[0].value["Reason"][0] == "Theirs"
    written = [line.after["reason"] for line in studio.store.decisions(review.id) if line.action is Action.REWORDED]
    assert written == ["Mine", "Theirs"]


def test_a_moment_is_added_by_its_time_and_gets_a_preview(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    page.text_input(key=f"add-time-{review.id}").input("0:03.0")
    page.text_input(key=f"add-reason-{review.id}").input("The logo is seen best here")
    press(page, "Add moment")
    moment = snapshot_of(studio, review.id).moments[-1]
    assert (moment.timestamp, moment.reason, moment.source) == (3.0, "The logo is seen best here", "person")
    assert "### The logo is seen best here" in [text.value for text in page.markdown]
    assert not any(page.text_input(key=f"add-{field}-{review.id}").value for field in ("time", "reason"))
    wait_for(lambda: snapshot_of(studio, review.id).moments[-1].preview, 30)


def test_a_time_that_is_there_already_leads_to_its_moment(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    second = snapshot_of(studio, review.id).moments[1]
    page.text_input(key=f"add-time-{review.id}").input(str(second.timestamp + 0.04))
    page.text_input(key=f"add-reason-{review.id}").input("Do not lose this")
    press(page, "Add moment")
    assert "### The best of it" in [text.value for text in page.markdown]
    assert any("There is a moment at" in caption.value for caption in page.caption)
    assert page.text_input(key=f"add-reason-{review.id}").value == "Do not lose this"
    assert len(snapshot_of(studio, review.id).moments) == 3


def test_what_was_typed_for_one_review_is_not_sent_for_another(review: Review, other_review: Review) -> None:
    page = open_page(review.id)
    page.slider(key=f"again-{review.id}-count").set_value(11)
    page.text_input(key=f"again-{review.id}-from").input("0:02")
    page.text_input(key=f"add-reason-{review.id}").input("For this one only").run()
    page.query_params["review"] = other_review.id
    page.run()
    assert not page.exception
    assert [one.value for one in page.slider] == [3]
    assert not any(one.value for one in page.text_input if one.label in ("Watch from", "Up to", "Time", "Reason"))


@pytest.mark.parametrize(("typed", "words"), [("later", "is not a time"), (" ", "Give a time in the video")])
def test_adding_at_a_bad_time_says_so_and_keeps_what_was_typed(
    studio: Studio, review: Review, typed: str, words: str
) -> None:
    page = open_page(review.id)
    page.text_input(key=f"add-time-{review.id}").input(typed)
    page.text_input(key=f"add-reason-{review.id}").input("Do not lose this")
    press(page, "Add moment")
    assert words in error_on(page)
    assert page.text_input(key=f"add-reason-{review.id}").value == "Do not lose this"
    assert len(snapshot_of(studio, review.id).moments) == 3


def test_approved_moments_are_cut_once_each(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    edit(page, 0, "Approve", True)
    edit(page, 2, "Approve", True)
    press(page, "Cut 2 thumbnails")
    wait_for(lambda: all(one.status.is_final for one in snapshot_of(studio, review.id).thumbnails), 60)
    thumbnails = snapshot_of(studio, review.id).thumbnails
    assert [one.status for one in thumbnails] == [ThumbnailStatus.READY] * 2
    assert [(one.width, one.height) for one in thumbnails] == [(1280, 720)] * 2
    cut = open_page(review.id).button(key="cut")
    assert cut.disabled
    assert cut.label == "Cut thumbnails"
    assert snapshot_of(studio, review.id).thumbnails == thumbnails


def test_removing_the_row_of_a_cut_moment_keeps_its_thumbnail(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    edit(page, 0, "Approve", True)
    press(page, "Cut 1 thumbnail")
    wait_for(lambda: snapshot_of(studio, review.id).thumbnails[0].status.is_final, 60)
    studio.store.remove_moment(snapshot_of(studio, review.id).moments[0].id, "Kim")
    page.run()
    assert not page.exception
    assert len(page.dataframe[0].value) == 2
    assert snapshot_of(studio, review.id).thumbnails[0].status is ThumbnailStatus.READY


def test_removed_rows_are_named_and_come_back_the_latest_first(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    first, second, third = snapshot_of(studio, review.id).moments
    for moment in (first, third, second):
        studio.store.remove_moment(moment.id, "Kim")
    studio.store.restore_moment(second.id, "Ana")
    page.session_state["removed"] = [first, third, second]  # as the buttons in the table do, which need a browser
    page.run()
    for moment, reason in ((third, "A good end"), (first, "A good start")):
        assert f"Removed: {format_time(moment.timestamp)} {reason}" in removed_on(page)
        press(page, "Bring it back")
    assert not removed_on(page)
    assert [one.id for one in snapshot_of(studio, review.id).moments] == [first.id, second.id, third.id]


def removed_on(page: AppTest) -> str:
    """What is said of removed rows, as a person reads it."""
    return " ".join(one.value.replace("\\", "") for one in page.caption if one.value.startswith("Removed"))


def test_the_final_thumbnail_is_shown_with_who_chose_it(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    edit(page, 0, "Approve", True)
    press(page, "Cut 1 thumbnail")
    wait_for(lambda: snapshot_of(studio, review.id).thumbnails[0].status.is_final, 60)
    studio.store.choose_final(review.id, snapshot_of(studio, review.id).thumbnails[0].id, "Kim")
    page = open_page(review.id)
    assert any("Chosen by Kim" in caption.value for caption in page.caption)


def test_the_history_is_read_only_while_it_is_open(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    press(page, "Approve")
    page.session_state["who"] = "<b>Ana</b>"
    press(page, "Reject")
    assert not history_on(page)
    page.session_state[f"history-{review.id}"] = True
    page.run()
    assert not page.exception
    first, second, third, fourth = history_on(page)
    assert "<b>&lt;b&gt;Ana&lt;/b&gt;</b> rejected 0:03.5 The best of it" in first
    assert "<b>Guest</b> approved 0:01.0 A good start" in second
    assert "<b>This machine</b> suggested 3 moments" in third
    assert "<b>Kim</b> asked this machine for moments" in fourth


def history_on(page: AppTest) -> list[str]:
    """The lines of the history, as HTML."""
    pieces = (one.proto.body for one in page.get("html"))
    return next((piece.split("<li>")[1:] for piece in pieces if 'class="history"' in piece), [])


def test_cards_of_an_older_time_are_cut_anew_in_one_press_and_the_final_picture_says_so(
    studio: Studio, review: Review
) -> None:
    _choose_first(studio, review)
    store, (first, *others) = studio.store, snapshot_of(studio, review.id).moments
    for one in others:
        store.decide(one.id, DecisionState.APPROVED, "Kim")
    for made in store.cut(review.id, [PRESETS[USUAL]], "local", "Kim"):
        workflows.cut(made)
    wait_for(lambda: all(one.status.is_final for one in snapshot_of(studio, review.id).thumbnails), 60)
    page = open_page(review.id)
    assert not any("anew" in button.label for button in page.button)
    assert not any("moved on" in caption.value for caption in page.caption)
    store.retime(first.id, 2.0, "Kim")
    page.run()
    assert not any("anew" in button.label for button in page.button), "one card has its own button for that"
    assert any("The moment has moved on since: it is now at 0:02.0." in caption.value for caption in page.caption)
    store.retime(others[0].id, 4.0, "Kim")
    page.run()
    press(page, "Cut 2 anew")
    wait_for(lambda: all(one.status.is_final for one in snapshot_of(studio, review.id).thumbnails), 60)
    page.run()
    ready = [card["time"] for card in cards_on(page) if card["status"] == "ready"]
    assert ready == ["0:02.0", "0:04.0", "0:06.0"]
    assert [card["time"] for card in cards_on(page) if card["status"] == "final"] == ["0:01.0"], "the choice stays"
    assert not any("anew" in button.label for button in page.button)


def test_a_moment_without_a_reason_is_named_by_its_time(studio: Studio, review: Review) -> None:
    studio.store.reword(snapshot_of(studio, review.id).moments[0].id, "", "Kim")
    _choose_first(studio, review)
    page = open_page(review.id)
    press(page, "Previous")
    headings = [text.value.replace("\\", "") for text in page.markdown if text.value.startswith("#")]
    assert headings == ["### Frame at 0:01.0", "#### Frame at 0:01.0"]
    (card,) = cards_on(page)
    assert (card["reason"], card["alt"]) == ("Frame at 0:01.0", f"Frame at 0:01.0, {card['size']}")


def test_a_video_whose_host_is_not_allowed_any_more_keeps_its_page(
    studio: Studio, review: Review, ittybit_key: None
) -> None:
    _choose_first(studio, review)
    video = snapshot_of(studio, review.id).review.video
    assert video is not None
    there = "http://127.0.0.1:8100/film.mp4"
    given = studio.store.give_file(review.id, SourceKind.URL, there, Wish(), BY_FILE, "Kim")
    studio.store.finish_round(given.id, RoundState.DONE)
    studio.store.set_video(review.id, video)
    page = open_page(review.id)
    assert not page.error
    assert [one.value for one in page.subheader] == ["All moments", "Thumbnails", "The final thumbnail"]
    assert len(page.dataframe[0].value) == 3
    assert any("127\\.0\\.0\\.1 is a private address" in caption.value for caption in page.caption)


def cards_on(page: AppTest) -> list[dict[str, Any]]:
    """What the browser is given to draw in the gallery."""
    pieces = [json.loads(one.proto.json or one.proto.mixed.json) for one in page.get("bidi_component")]
    return next(piece["cards"] for piece in pieces if "cards" in piece)


def links_on(page: AppTest) -> list[str]:
    return [one.proto.label for one in page.get("page_link")]


def _choose_first(studio: Studio, review: Review) -> None:
    """Cut the first moment on this machine, and make it the final thumbnail."""
    studio.store.decide(snapshot_of(studio, review.id).moments[0].id, DecisionState.APPROVED, "Kim")
    (made,) = studio.store.cut(review.id, [PRESETS[USUAL]], "local", "Kim")
    workflows.cut(made)
    wait_for(lambda: snapshot_of(studio, review.id).thumbnails[0].status.is_final, 60)
    studio.store.choose_final(review.id, made.id, "Kim")


def test_other_reviews_of_the_video_are_linked_by_the_time_in_utc(
    studio: Studio, review: Review, other_review: Review
) -> None:
    page = open_page(review.id)
    assert f"{other_review.created_at:%d %B %Y at %H\\:%M} UTC" in links_on(page)


def test_the_library_finds_a_review_by_its_title(studio: Studio, review: Review) -> None:
    studio.store.rename_review(review.id, "Spring campaign 2027", "Kim")
    page = open_page()
    page.switch_page("../pages/library.py").run()
    assert not page.exception
    page.text_input[0].input("spring 2027").run()
    assert links_on(page) == ["Spring campaign 2027"]


def test_a_video_that_is_not_there_leads_back_to_the_start(studio: Studio) -> None:
    made, first = studio.store.create_review(
        "Nowhere", SourceKind.URL, "https://example.invalid/a.mp4", Wish(), "local", "Kim"
    )
    studio.store.finish_round(first.id, RoundState.FAILED, error="There is no such file.")
    page = open_page(made.id)
    assert error_on(page) == "There is no such file."
    assert [one.label for one in page.button if one.label in ("Try again", "Give another video")] == [
        "Try again",
        "Give another video",
    ]
    press(page, "Give another video")
    assert page.title[0].value == "Find the frame that gets the click"
    assert "review" not in page.query_params


def test_what_a_round_remarks_stands_on_the_page_without_alarm(studio: Studio, review: Review) -> None:
    remark = "1 more moment was found. The rest of the film shows nothing as good that differs enough."
    more = studio.store.add_round(review.id, Wish(), "local", "Kim")
    studio.store.keep_picked(more.id, Picked((Proposal(5.0, "One more"),), details={"remark": remark}))
    studio.store.finish_round(more.id, RoundState.DONE)
    page = open_page(review.id)
    assert remark in [caption.value.replace("\\", "") for caption in page.caption]
    assert not page.warning
