"""``posterframe pick``: moments of a video, each moved to the best frame near it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from posterframe.cli.terminal import progress
from posterframe.contracts import Proposal, VideoInfo, Wish
from posterframe.refine import Refined, refine
from posterframe.registry import choose, footage_at, make_net, make_pickers
from posterframe.settings import settings
from posterframe.timecode import clamp_time, format_time, parse_part
from posterframe.video import Video


@click.command()
@click.argument("video")
@click.option("--picker", "picker_name", help="Who suggests: local, or gemini with a key.")
@click.option("--count", type=click.IntRange(1, 50), default=5, show_default=True, help="How many moments.")
@click.option("--from", "start", default="", help="Watch only from this time on, such as 1:20.")
@click.option("--to", "end", default="", help="Watch only up to this time.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def pick(video: str, picker_name: str | None, count: int, start: str, end: str, *, as_json: bool) -> None:
    """Suggest moments of VIDEO, a path or a URL, each moved to the best frame near it."""
    wish = Wish(count=count, part=parse_part(start, end))
    net = make_net(settings())
    footage = footage_at(net, video)
    picker = choose(make_pickers(settings(), net), picker_name, "suggest moments")
    with progress(quiet=as_json) as report:
        picked = picker.pick(footage, wish, report)
        with footage.open() as opened:
            info = opened.info
            refined = []
            for done, proposal in enumerate(picked.proposals):
                report(done / len(picked.proposals), "Finding the best frames")
                refined.append(_refined(opened, proposal))
    moments = [_moment(*pair) for pair in zip(picked.proposals, refined, strict=True)]
    if as_json:
        document = {"video": _video(footage.url or video, info), "picker": picker.name, "moments": moments}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for moment in moments:
        notes = f"  ({', '.join(moment['warnings'])})" if moment["warnings"] else ""
        click.echo(f"{format_time(moment['timestamp'])}  {moment['reason']}{notes}")
    for warning in picked.warnings:
        click.echo(warning, err=True)


def _refined(video: Video, proposal: Proposal) -> Refined:
    """The best frame near a proposal, or its own where the picker has found that itself."""
    if proposal.quality is None:
        return refine(video, clamp_time(proposal.timestamp, video.info.duration))
    return Refined(proposal.timestamp, proposal.quality, proposal.warnings, proposal.standing)


def _video(url: str, info: VideoInfo) -> dict[str, Any]:
    return {"url": url, "duration": info.duration, "width": info.width, "height": info.height, "fps": info.fps}


def _moment(proposal: Proposal, refined: Refined) -> dict[str, Any]:
    return {
        "timestamp": round(refined.timestamp, 3),
        "suggested_timestamp": round(proposal.timestamp, 3),
        "reason": proposal.reason,
        "quality": asdict(refined.quality),
        "warnings": list(dict.fromkeys((*proposal.warnings, *refined.warnings))),
    }
