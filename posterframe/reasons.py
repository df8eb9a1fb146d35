"""Why a frame was proposed: two or three true things about it, in plain words, against the rest of its film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from posterframe.composition import Composition
from posterframe.contracts import Quality

_MOST = 0.9
"""The share of the film that a frame must surpass before "than nearly all of the film" is said."""

_NEARLY = 0.9
"""The share of the film's highest figure from which a frame is praised at all: no "crisp focus" beside crisper ones."""

_APART = 0.98
"""The share of a frame's figure that others stay below where it surpasses them: a still surpasses nothing."""

_EMPTY = 0.85
"""Emptiness from which nothing is praised in how a picture is built."""

_HEARD = 0.9
"""What is taken off a claim's weight for each time that the like was said."""

_SMILING = 0.9
"""How sure (0–1) a smile must be to be told: those of less are often words with wide lips."""


@dataclass(frozen=True)
class Sight:
    """What is known of a frame that is to be praised. ``place`` says where in the film it stands, or is empty."""

    quality: Quality
    composition: Composition
    place: str = ""


@dataclass(frozen=True)
class _Claim:
    """Something true: how much it says about this frame (0–3), what it is about, and ways to put it.

    ``degree`` tells claims of one build, such as "… than nearly all of the film": two of them tire in one sentence.
    """

    weight: float
    about: str
    words: tuple[str, ...]
    degree: str = ""


_Measure = Callable[[Quality], float]
_FIGURES: tuple[tuple[str, _Measure, float, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "sharpness",
        lambda quality: quality.sharpness,
        0.6,
        ("the sharpest frame in the film", "nothing in the film is sharper"),
        ("sharper than nearly all of the film", "among the sharpest frames of the film"),
        ("crisp focus", "in sharp focus", "fine detail all the way in"),
    ),
    (
        "colour",
        lambda quality: quality.colourfulness,
        0.4,
        ("the most colourful moment of the film", "the strongest colours in the film"),
        ("more colourful than nearly all of the film", "among the film's richest colours"),
        ("rich colour", "lively colours", "full colour"),
    ),
    (
        "contrast",
        lambda quality: quality.contrast,
        0.75,
        ("the boldest light and shade in the film", "the strongest contrast in the film"),
        ("bolder contrast than nearly all of the film", "among the film's boldest light"),
        ("strong contrast, so it reads at a small size", "clear light and shade", "stands out at a small size"),
    ),
    (
        "light",
        lambda quality: quality.brightness if quality.exposure > 0.8 else 0.0,
        0.42,
        ("the brightest scene of the film", "the lightest moment in the film"),
        ("brighter than nearly all of the film", "among the brightest scenes"),
        ("good light", "well lit", "bright without glare"),
    ),
)
"""For each measure: its name, how it is read, from where it counts as good, and words for three degrees of it."""


def write_reasons(sights: Sequence[Sight], film: Sequence[Quality], name: str = "the film") -> list[str]:
    """One sentence for each frame, in order. What was said of one is put differently of the next.

    ``film`` is what they are held against, and ``name`` what that is called.
    """
    told: Counter[str] = Counter()
    return [_sentence(sight, sights, film, told).replace("the film", name) for sight in sights]


def _sentence(sight: Sight, sights: Sequence[Sight], film: Sequence[Quality], told: Counter[str]) -> str:
    claims = [*_from_figures(sight, sights, film), *_from_faces(sight)]
    if sight.quality.emptiness < _EMPTY:
        claims += _from_composition(sight.composition)
    if sight.place:
        claims.append(_Claim(0.8, sight.place, (sight.place,)))
    parts: list[str] = []
    said: Counter[str] = Counter()
    while claims and len(parts) < 3:
        claim = max(claims, key=lambda claim: claim.weight - _HEARD * (told[claim.about] + said[claim.degree]))
        claims.remove(claim)
        ways = (said[claim.degree] and claim.words[1:]) or claim.words
        parts.append(ways[told[claim.about] % len(ways)])
        told[claim.about] += 1
        said[claim.degree] += bool(claim.degree)
    sentence = "; ".join(parts) or "the best frame of its scene"
    return sentence[0].upper() + sentence[1:] + "."


def _from_figures(sight: Sight, sights: Sequence[Sight], film: Sequence[Quality]) -> Iterator[_Claim]:
    for about, read, enough, best, high, good in _FIGURES:
        value = read(sight.quality)
        best_of_all = max(read(other) for other in [*film, *(other.quality for other in sights)])
        if value < max(enough, _NEARLY * best_of_all):
            continue
        surpassed = sum(read(other) < _APART * value for other in film) / max(1, len(film))
        if value >= best_of_all and surpassed >= _MOST and len(film) > 4:
            yield _Claim(2.5, f"best {about}", best[:1] if len(sights) == 1 else best, "best")
        elif surpassed >= _MOST:
            yield _Claim(1.6, f"high {about}", high, "high")
        else:
            yield _Claim(0.6 + surpassed / 2, about, good)


def _from_faces(sight: Sight) -> Iterator[_Claim]:
    faces, area = sight.quality.faces, sight.quality.face_area
    if sight.quality.smile > _SMILING:
        yield _Claim(2.1, "smile", ("a smile", "a smiling face", "somebody smiles"))
    if faces > 2:
        yield _Claim(2.2, "faces", ("a group of people", "several faces at once", "faces to look at"))
    elif faces == 2:
        yield _Claim(2.3, "two faces", ("two faces in view", "two people together", "two faces to look at"))
    elif faces == 1 and area > 0.06:
        yield _Claim(2.4, "close-up", ("a close-up of a face", "a face that fills the frame", "a face seen from near"))
    elif faces == 1 and area > 0.01:
        yield _Claim(1.9, "face", ("a clear face", "a face to look at", "someone to look at"))
    elif faces == 1:
        yield _Claim(1.2, "person", ("a person in view", "someone in the picture"))


def _from_composition(composition: Composition) -> Iterator[_Claim]:
    if composition.calm_background:
        yield _Claim(
            1.5, "focus", ("a clear subject before a calm background", "the subject stands clear of its background")
        )
    if composition.colour and composition.colour_share > 0.06:
        colour = composition.colour
        yield _Claim(1.3, colour, (f"a strong {colour}", f"{colour} draws the eye", f"{colour} runs through it"))
    if composition.room:
        room = composition.room
        yield _Claim(1.2, "room", (f"room for a title {room}", f"a title would fit {room}", f"calm space {room}"))
    if composition.subject:
        subject = composition.subject
        yield _Claim(0.9, "subject", (f"one clear subject {subject}", f"the eye goes to the subject {subject}"))
    if composition.subject and composition.on_thirds > 0.7:
        yield _Claim(1.1, "thirds", ("the subject stands well off the middle", "placed as a photographer would"))
    if abs(composition.warmth) > 0.6:
        light = "warm" if composition.warmth > 0 else "cool"
        yield _Claim(1.0, light, (f"{light} light", f"a {light} mood", f"{light} tones"))
    if composition.under_badge < 0.1:
        yield _Claim(0.5, "corner", ("nothing hidden by the length badge", "the lower right corner is free"))
