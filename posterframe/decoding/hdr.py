"""HDR and wide-gamut pictures brought to sRGB: display light is found, rolled off, and re-encoded.

Sources: Rec. ITU-R BT.2100-2 (PQ and HLG transfer functions), BT.2390-10 section 5.4.1 (the EETF that rolls
highlights off), BT.2408-5 (reference white of 203 cd/m², HLG shown at a peak of 1000 cd/m²), BT.2087 (BT.2020 to
BT.709 primaries), SMPTE EG 432-1 (P3 with D65 white), IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_PEAK = 1000.0
"""In cd/m². Mastering peaks differ; what lies above this one is rare and clips to white."""

_REFERENCE_WHITE = 203.0
"""In cd/m²: what a white page is shown at."""

_PQ_PEAK = 10_000.0
"""In cd/m²: the light of PQ's highest code value."""

_CODES = 65_536
_HLG_SYSTEM_GAMMA = 1.2
_BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)

_BAND = 64
"""Rows converted at a time, so that the float copies stay small for 8K too."""


class Transfer(Enum):
    """How code values stand for light."""

    SDR = "sdr"
    PQ = "pq"
    HLG = "hlg"


class Gamut(Enum):
    """The primaries that a picture is mixed from, as a matrix to those of BT.709 and sRGB."""

    BT709 = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    BT2020 = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
    P3 = ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979))


def to_srgb(codes: NDArray[np.uint16], transfer: Transfer, gamut: Gamut) -> NDArray[np.uint8]:
    """An sRGB picture of RGB code values of 16 bits, both of shape (height, width, 3)."""
    picture = np.empty(codes.shape, np.uint8)
    light_of, rolled_off, encoded = _light_table(transfer), _roll_off_table(transfer), _srgb_table()
    matrix = np.array(gamut.value, np.float32).T
    for top in range(0, len(codes), _BAND):
        light = light_of[codes[top : top + _BAND]]
        if transfer is Transfer.HLG:
            light *= (light @ _BT2020_LUMINANCE)[..., None] ** np.float32(_HLG_SYSTEM_GAMMA - 1)
        light = rolled_off[_as_codes(light)] @ matrix
        picture[top : top + _BAND] = encoded[_as_codes(light)]
    return picture


def _as_codes(light: Array) -> NDArray[np.uint16]:
    return (np.clip(light, 0, 1) * (_CODES - 1) + 0.5).astype(np.uint16)


def _scale() -> NDArray[np.float64]:
    return np.linspace(0, 1, _CODES)


@cache
def _light_table(transfer: Transfer) -> Array:
    """Light by code value, as a share of the peak; for HLG light of the scene, for the others of the display."""
    code = _scale()
    if transfer is Transfer.PQ:
        return np.minimum(_pq_to_light(code) / _PEAK, 1).astype(np.float32)
    if transfer is Transfer.HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _roll_off_table(transfer: Transfer) -> Array:
    """What a display with reference white as its peak shows of light given as a share of our peak."""
    if transfer is Transfer.SDR:
        return _scale().astype(np.float32)
    top, target = (
        _light_to_pq(np.array(_PEAK)),
        _light_to_pq(np.array(_REFERENCE_WHITE)) / _light_to_pq(np.array(_PEAK)),
    )
    knee = 1.5 * target - 0.5
    signal = _light_to_pq(_scale() * _PEAK) / top
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * target
    shown = _pq_to_light(np.where(signal < knee, signal, spline) * top)
    return (shown / _REFERENCE_WHITE).astype(np.float32)


@cache
def _srgb_table() -> NDArray[np.uint8]:
    light = _scale()
    code = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (code * 255 + 0.5).astype(np.uint8)


_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def _pq_to_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """The PQ EOTF: cd/m² by code value from 0 to 1."""
    power = code ** (1 / _M2)
    return _PQ_PEAK * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)


def _light_to_pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of the PQ EOTF."""
    power = (light / _PQ_PEAK) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
