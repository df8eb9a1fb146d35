"""The sizes that people need, by the names they know them by."""

from posterframe.model import Format, Shape

PRESETS = {
    "YouTube · 1280×720": Shape(1280, 720, Format.JPEG, quality=88),
    "Web · 1280×720": Shape(1280, 720, Format.WEBP),
    "Social card · 1200×630": Shape(1200, 630, Format.JPEG, quality=88),
    "Square · 1080×1080": Shape(1080, 1080, Format.JPEG, quality=88),
    "Vertical · 1080×1920": Shape(1080, 1920, Format.JPEG, quality=88),
    **{f"Responsive · {width} wide": Shape(width, None, Format.WEBP) for width in (320, 640, 960, 1280, 1920)},
    "As large as the video": Shape(None, None, Format.PNG),
}
"""YouTube takes up to 2 MB at 1280×720, says its help on custom thumbnails; 1200×630 is Open Graph's social card."""

USUAL = "Web · 1280×720"
