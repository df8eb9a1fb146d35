"""Who a moment comes from, in words."""

from __future__ import annotations

from collections.abc import Sequence

from components.session import studio
from posterframe.model import Moment, Round


def picker_name(moment: Moment, rounds: Sequence[Round]) -> str:
    """Who suggested the moment, with the model that watched in its round, whichever is set up now."""
    picker = studio().pickers.get(moment.source)
    model = next((str(one.details.get("model") or "") for one in rounds if one.id == moment.round_id), "")
    return picker.label_of(model) if picker else moment.source
