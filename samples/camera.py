"""The camera: where it stands for each still, and how Cycles renders it. A still is a picture and its depth map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samples import studio
from samples.pottery import Point

SAMPLES = 14
"""Light paths per pixel. The denoiser cleans up the rest; more is finer and slower."""

THREADS = 2
SCENE_SCALE = 10.0
"""One unit of the set is ten centimetres, and Blender's f-numbers reckon in metres."""


@dataclass(frozen=True)
class Still:
    """One camera position. ``lens`` is in millimetres; without ``f_number`` all is sharp, else ``focus`` is."""

    name: str
    at: Point
    toward: Point
    lens: float
    f_number: float | None = None
    focus: Point = (0.0, 0.0, 0.0)
    night: bool = False
    width: int = 1440
    height: int = 810


@dataclass(frozen=True)
class Panorama:
    """A wide strip seen from one position, from ``left`` to ``right`` of straight ahead in degrees."""

    name: str
    at: Point
    toward: Point
    left: float
    right: float
    up: float
    width: int
    height: int


Photo = NDArray[np.float32]
"""Display-referred sRGB from 0 to 1, shape (height, width, 3)."""

Depth = NDArray[np.float32]
"""Distance from the camera in units of the set, shape (height, width)."""


def photograph(view: Still | Panorama, folder: Path) -> tuple[Photo, Depth]:
    """Render a view, or take the finished files from ``folder`` if they are there."""
    picture, depth = folder / f"{view.name}.png", folder / f"{view.name}.npy"
    if not (picture.exists() and depth.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        _render(view, picture, depth)
    pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=np.float32) / np.float32(255)
    return pixels, np.load(depth)


def _render(view: Still | Panorama, picture: Path, depth: Path) -> None:
    import bpy

    studio.build()
    if isinstance(view, Still) and view.night:
        studio.light_for_night()
    else:
        studio.light_for_day()
    camera = _camera(view)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
    _configure(scene)
    scene.render.filepath = str(picture)
    bpy.ops.render.render(write_still=True)
    np.save(depth, _depth(scene, camera, depth))


def _configure(scene: Any) -> None:
    """Cycles on the processor: few bounces, no caustics, the seed fixed, colours as painted."""
    scene.render.engine = "CYCLES"
    scene.render.threads_mode, scene.render.threads = "FIXED", THREADS
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.view_settings.look = "None"
    cycles = scene.cycles
    cycles.device, cycles.seed, cycles.samples = "CPU", 0, SAMPLES
    cycles.use_adaptive_sampling = False
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 5, 3, 3
    cycles.caustics_reflective = cycles.caustics_refractive = False


def _camera(view: Still | Panorama) -> Any:
    import bpy
    from mathutils import Vector

    data = bpy.data.cameras.new(view.name)
    camera = bpy.data.objects.new(view.name, data)
    bpy.context.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    camera.location = view.at
    camera.rotation_euler = (Vector(view.toward) - Vector(view.at)).to_track_quat("-Z", "Y").to_euler()
    if isinstance(view, Panorama):
        data.type = "PANO"
        lens = data if hasattr(data, "panorama_type") else data.cycles
        lens.panorama_type = "EQUIRECTANGULAR"
        lens.longitude_min, lens.longitude_max = math.radians(view.left), math.radians(view.right)
        lens.latitude_min, lens.latitude_max = math.radians(-view.up), math.radians(view.up)
        return camera
    data.lens = view.lens
    if view.f_number:
        data.dof.use_dof = True
        data.dof.aperture_fstop = view.f_number / SCENE_SCALE
        forward = (Vector(view.toward) - Vector(view.at)).normalized()
        data.dof.focus_distance = (Vector(view.focus) - Vector(view.at)).dot(forward)
    return camera


def _depth(scene: Any, camera: Any, scratch: Path) -> Depth:
    """Distances at half size, seen through a pinhole so that blurred edges do not smear them."""
    import bpy

    camera.data.dof.use_dof = False
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.render.resolution_percentage = 50
    scene.view_layers[0].use_pass_z = True
    scene.use_nodes = True
    tree = scene.node_tree
    output = tree.nodes.new("CompositorNodeOutputFile")
    output.base_path = str(scratch.parent)
    output.format.file_format = "OPEN_EXR"
    output.file_slots[0].path = f"{scratch.stem}-depth-"
    layers = next(node for node in tree.nodes if node.type == "R_LAYERS")
    tree.links.new(layers.outputs["Depth"], output.inputs[0])
    bpy.ops.render.render()
    written = scratch.parent / f"{scratch.stem}-depth-{scene.frame_current:04d}.exr"
    image = bpy.data.images.load(str(written))
    width, height = image.size
    pixels = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    written.unlink()
    return np.ascontiguousarray(pixels.reshape(height, width, image.channels)[::-1, :, 0])
