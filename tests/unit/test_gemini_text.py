"""A reason is one plain sentence, whatever a model wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.gemini.text import LONGEST, plain_sentence


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("A dog leaps, ears up.", "A dog leaps, ears up."),
        ("Two\nlines\tand   spaces", "Two lines and spaces"),
        ("**Bold** _and_ `code` ~~gone~~", "Bold and code gone"),
        ("# Heading\n- item\n2. second\n> quote", "Heading item second quote"),
        ("<b>Loud</b><script>alert(1)</script>", "Loud alert(1)"),
        ("&lt;img src=x onerror=alert(1)&gt; calm", "calm"),
        ("a < b and c > d", "a b and c d"),
        ("[click](javascript:alert(1)) me", "click me"),
        ("![x](https://evil.example/x.png) see", "x see"),
        ("Go to https://evil.example/a?b=c now", "Go to now"),
        ("www.evil.example is bad", "is bad"),
        (":red[warm] tones", "warm tones"),
        ("\u202eback\u200bwards\x00\x1b", "backwards"),
        ("snake_case stays", "snake_case stays"),
        ("It costs $5 & more", "It costs $5 & more"),
        ("Ein ruhiges Gesicht – schön!", "Ein ruhiges Gesicht – schön!"),
        (None, ""),
        (5, ""),
        (["a"], ""),
        ("", ""),
    ],
)
def test_only_plain_text_is_left(written: Any, plain: str) -> None:
    assert plain_sentence(written) == plain


def test_a_long_reason_ends_with_a_whole_sentence() -> None:
    assert plain_sentence("The pot turns in warm light. " * 20) == ("The pot turns in warm light. " * 8).strip()


def test_a_long_sentence_ends_with_a_whole_word() -> None:
    cut = plain_sentence("light " * 100)
    assert cut.endswith("light…")
    assert len(cut) <= LONGEST


@given(st.text(max_size=600))
def test_whatever_is_written_comes_out_short_and_harmless(written: str) -> None:
    plain = plain_sentence(written)
    assert len(plain) <= LONGEST
    assert not set(plain) & set("<>*`\n\r\t\x00\u202e")
