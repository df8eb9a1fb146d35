"""``posterframe cut``: thumbnails at exact times, cut here or by a service whose jobs are followed to their end."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from posterframe.cli.terminal import progress, writing
from posterframe.contracts import Cut, Fit, Format, Job, Picture, Report, Shape, ThumbnailStatus
from posterframe.cutting import suited_to
from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.extractors import Extractor
from posterframe.lookout import Lookout
from posterframe.model import new_id
from posterframe.polling import NEVER_PLACED, follow
from posterframe.registry import choose, footage_at, make_extractors, make_net
from posterframe.settings import settings
from posterframe.timecode import check_time, format_time
from posterframe.video import Footage


@dataclass(frozen=True)
class _Cutting:
    """One picture on its way: what was asked, how its job stands, why it went wrong, where it was saved.

    ``refused``: it went wrong as what was asked for cannot be used.
    """

    cut: Cut
    job: Job
    trouble: str | None = None
    refused: bool = False
    picture: Picture | None = None
    path: Path | None = None


@click.command()
@click.argument("video")
@click.option("--at", "times", type=float, multiple=True, required=True, help="Seconds; may be given again.")
@click.option("--extractor", "extractor_name", help="Who cuts: local, or ittybit with a key.")
@click.option("--width", type=int, help="Pixels; with one of the two, the other follows.")
@click.option("--height", type=int, help="Pixels.")
@click.option(
    "--format", "format_", type=click.Choice([one.value for one in Format]), default="webp", show_default=True
)
@click.option("--fit", type=click.Choice([one.value for one in Fit]), default="cover", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="A folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def cut(
    context: click.Context,
    video: str,
    times: Sequence[float],
    extractor_name: str | None,
    width: int | None,
    height: int | None,
    format_: str,
    fit: str,
    out: Path,
    *,
    as_json: bool,
) -> None:
    """Cut thumbnails of VIDEO, a path or a URL, at exact times."""
    net = make_net(settings())
    footage = footage_at(net, video)
    extractor = choose(make_extractors(settings(), net), extractor_name, "cut pictures")
    shape = Shape(width, height, Format(format_), Fit(fit))
    with footage.open() as opened:
        info = opened.info
    cuts = [Cut(new_id(), check_time(time, info.duration), shape) for time in times]
    asked = [suited_to(info, one, extractor) for one in cuts]
    with progress(quiet=as_json) as report:
        begun = _start(extractor, footage, asked, report)
        ended = _follow(extractor, begun, report)
        cuttings = [_save(extractor, one, out, Path(footage.name).stem) for one in ended]
    _print(cuttings, as_json=as_json)
    missing = [one for one in cuttings if one.trouble]
    if missing:
        click.echo(f"{len(missing)} of {len(cuttings)} pictures were not cut. {_reasons(missing)}", err=True)
        context.exit(2 if all(one.refused for one in missing) else 1)


def _start(extractor: Extractor, footage: Footage, asked: Sequence[Cut], report: Report) -> list[_Cutting]:
    """Ask for all pictures. One that is refused hides no other.

    Once the service fails it is asked no more; what it has begun is still waited for.
    """
    begun: list[_Cutting] = []
    trouble: PosterframeError | None = None
    for done, one in enumerate(asked):
        report(done / len(asked), f"Cutting at {format_time(one.timestamp)}")
        if not isinstance(trouble, ServiceFailed):
            try:
                job = extractor.start(footage, one)
                begun.append(_Cutting(one, job, job.error))
                continue
            except PosterframeError as error:
                trouble = error
        begun.append(_Cutting(one, Job(ThumbnailStatus.FAILED), str(trouble), isinstance(trouble, BadInput)))
    return begun


def _follow(extractor: Extractor, begun: Sequence[_Cutting], report: Report) -> list[_Cutting]:
    """Wait for every job to end; one that takes unusually long stays as it was last seen."""
    cuttings = {one.job.id or one.cut.key: one for one in begun}
    lookout = Lookout(extractor)
    waiting = [one.job.id for one in begun if one.job.id and not one.job.status.is_final]
    lookout.jobs = {job_id: follow(job_id, time.time()) for job_id in waiting}
    while (pause := lookout.pause()) is not None:
        report(1 - len(lookout.jobs) / len(begun), f"Waiting for {extractor.label}")
        time.sleep(pause)
        seen = lookout.turn()
        for job_id, job in seen.answers.items():
            cuttings[job_id] = replace(cuttings[job_id], job=job, trouble=job.error)
        for job_id in seen.overdue:
            late = f"{extractor.label} still works on the job {job_id}, and takes unusually long."
            cuttings[job_id] = replace(cuttings[job_id], trouble=late)
        for job_id in seen.never_placed:
            failed = replace(cuttings[job_id].job, status=ThumbnailStatus.FAILED)
            cuttings[job_id] = replace(cuttings[job_id], job=failed, trouble=NEVER_PLACED)
    return list(cuttings.values())


def _save(extractor: Extractor, cutting: _Cutting, folder: Path, stem: str) -> _Cutting:
    """Fetch a picture that is ready, and write it where it was asked for."""
    if cutting.job.status is not ThumbnailStatus.READY:
        return cutting
    try:
        picture = extractor.fetch(cutting.job, cutting.cut)
        path = folder / f"{stem}-{cutting.cut.timestamp:.3f}.{picture.format.value}"
        with writing(path):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture.data)
    except PosterframeError as error:
        return replace(cutting, job=replace(cutting.job, status=ThumbnailStatus.FAILED), trouble=str(error))
    return replace(cutting, picture=picture, path=path)


def _reasons(missing: Sequence[_Cutting]) -> str:
    """Why pictures are missing, each reason once with the times that it is true of."""
    times: dict[str, list[str]] = {}
    for one in missing:
        times.setdefault(one.trouble or "", []).append(format_time(one.cut.timestamp))
    return " ".join(f"At {', '.join(at)}: {reason}" for reason, at in times.items())


def _print(cuttings: Sequence[_Cutting], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"thumbnails": [_document(one) for one in cuttings]}, indent=2))
        return
    for one in cuttings:
        if one.picture:
            click.echo(f"{one.path}  {one.picture.width}×{one.picture.height}  {len(one.picture.data)} bytes")


def _document(cutting: _Cutting) -> dict[str, Any]:
    picture = cutting.picture
    return {
        "timestamp": cutting.cut.timestamp,
        "status": cutting.job.status.value,
        "path": str(cutting.path) if cutting.path else None,
        "url": cutting.job.url,
        "width": picture.width if picture else None,
        "height": picture.height if picture else None,
        "format": cutting.cut.shape.format.value,
        "bytes": len(picture.data) if picture else None,
        "job_id": cutting.job.id,
    }
