"""The things on the table: a stoneware coffee set thrown on a lathe in code. One unit is ten centimetres.

Only geometry and glaze live here; where each thing stands, and in what light, is in ``studio.py``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

Point = tuple[float, float, float]
Colour = tuple[float, float, float]
Profile = Sequence[tuple[float, float]]
"""Half of a silhouette as (radius, height) pairs, from the foot up the outside and down the inside."""

Thing = Any
"""A Blender object: bpy ships no types."""

CUP: Profile = (
    (0.0, 0.02), (0.24, 0.02), (0.25, 0.0), (0.29, 0.0), (0.31, 0.03), (0.38, 0.16), (0.42, 0.38), (0.43, 0.62),
    (0.435, 0.70), (0.425, 0.715), (0.41, 0.70), (0.40, 0.60), (0.38, 0.36), (0.33, 0.16), (0.22, 0.08), (0.0, 0.07),
)  # fmt: skip
SAUCER: Profile = (
    (0.0, 0.02), (0.30, 0.02), (0.31, 0.0), (0.36, 0.0), (0.40, 0.03), (0.62, 0.085), (0.74, 0.12), (0.75, 0.135),
    (0.73, 0.14), (0.60, 0.105), (0.38, 0.06), (0.0, 0.055),
)  # fmt: skip
SERVER: Profile = (
    (0.0, 0.02), (0.42, 0.02), (0.43, 0.0), (0.50, 0.0), (0.54, 0.03), (0.66, 0.22), (0.70, 0.48), (0.64, 0.78),
    (0.46, 1.02), (0.34, 1.18), (0.32, 1.32), (0.36, 1.44), (0.365, 1.46), (0.35, 1.465), (0.33, 1.44), (0.29, 1.30),
    (0.30, 1.15), (0.42, 0.98), (0.58, 0.76), (0.62, 0.48), (0.0, 0.10),
)  # fmt: skip
DRIPPER: Profile = (
    (0.10, 0.04), (0.28, 0.04), (0.29, 0.0), (0.52, 0.0), (0.545, 0.02), (0.54, 0.055), (0.30, 0.09), (0.27, 0.15),
    (0.42, 0.40), (0.60, 0.74), (0.615, 0.77), (0.60, 0.785), (0.58, 0.77), (0.40, 0.42), (0.20, 0.12), (0.10, 0.10),
)  # fmt: skip
PITCHER: Profile = (
    (0.0, 0.02), (0.20, 0.02), (0.21, 0.0), (0.25, 0.0), (0.27, 0.03), (0.33, 0.18), (0.31, 0.38), (0.24, 0.54),
    (0.25, 0.66), (0.27, 0.72), (0.26, 0.73), (0.245, 0.71), (0.22, 0.60), (0.21, 0.52), (0.27, 0.36), (0.28, 0.18),
    (0.0, 0.06),
)  # fmt: skip
VASE: Profile = (
    (0.0, 0.02), (0.26, 0.02), (0.27, 0.0), (0.31, 0.0), (0.34, 0.03), (0.48, 0.30), (0.52, 0.56), (0.44, 0.86),
    (0.20, 1.10), (0.12, 1.30), (0.13, 1.55), (0.17, 1.66), (0.165, 1.68), (0.14, 1.66), (0.10, 1.54), (0.09, 1.30),
    (0.16, 1.08), (0.36, 0.84), (0.0, 0.40),
)  # fmt: skip
LIQUID: Profile = ((0.0, 0.0), (0.30, 0.0), (0.385, 0.002), (0.40, 0.012))
FILTER: Profile = ((0.19, 0.13), (0.40, 0.44), (0.66, 0.90), (0.655, 0.90), (0.39, 0.45), (0.18, 0.14))
GROUNDS: Profile = ((0.0, 0.40), (0.20, 0.42), (0.42, 0.52), (0.47, 0.58))


def glaze(name: str, colour: Colour, *, roughness: float = 0.22, coat: float = 0.5, speckle: float = 0.0) -> Thing:
    """A soft coat over a body colour (linear RGB); ``speckle`` (0–1) sets the strength of iron specks."""
    import bpy

    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    surface = nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1.0)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Coat Weight"].default_value = coat
    surface.inputs["Coat Roughness"].default_value = 0.08
    if speckle:
        place = nodes.new("ShaderNodeTexCoord")
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = 26.0
        noise.inputs["Detail"].default_value = 1.0
        threshold = nodes.new("ShaderNodeValToRGB")
        threshold.color_ramp.elements[0].position = 0.685
        threshold.color_ramp.elements[1].position = 0.72
        threshold.color_ramp.elements[1].color = (speckle, speckle, speckle, 1.0)
        mix = nodes.new("ShaderNodeMix")
        mix.data_type = "RGBA"
        mix.inputs["A"].default_value = (*colour, 1.0)
        mix.inputs["B"].default_value = (colour[0] * 0.28, colour[1] * 0.20, colour[2] * 0.14, 1.0)
        links.new(place.outputs["Object"], noise.inputs["Vector"])
        links.new(noise.outputs["Fac"], threshold.inputs["Fac"])
        links.new(threshold.outputs["Color"], mix.inputs["Factor"])
        links.new(mix.outputs["Result"], surface.inputs["Base Color"])
    return material


def coffee(name: str, colour: Colour, crema: Colour) -> Thing:
    """Black coffee, paler toward the rim (both linear RGB)."""
    material = glaze(name, colour, roughness=0.05, coat=1.0)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    place = nodes.new("ShaderNodeTexCoord")
    distance = nodes.new("ShaderNodeVectorMath")
    distance.operation = "LENGTH"
    rim = nodes.new("ShaderNodeValToRGB")
    rim.color_ramp.elements[0].position, rim.color_ramp.elements[1].position = 0.31, 0.40
    rim.color_ramp.elements[0].color, rim.color_ramp.elements[1].color = (*colour, 1.0), (*crema, 1.0)
    links.new(place.outputs["Object"], distance.inputs[0])
    links.new(distance.outputs["Value"], rim.inputs["Fac"])
    links.new(rim.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return material


def metal(name: str, colour: Colour, roughness: float = 0.25) -> Thing:
    """A brushed metal of the given colour (linear RGB)."""
    material = glaze(name, colour, roughness=roughness, coat=0.0)
    material.node_tree.nodes["Principled BSDF"].inputs["Metallic"].default_value = 1.0
    return material


def mesh(name: str, vertices: Sequence[Point], faces: Sequence[Sequence[int]], material: Thing) -> Thing:
    """Put a smooth-shaded mesh into the scene."""
    import bpy

    data = bpy.data.meshes.new(name)
    data.from_pydata(list(vertices), [], list(faces))
    data.shade_smooth()
    data.materials.append(material)
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    return thing


def throw(name: str, profile: Profile, material: Thing, *, sides: int = 48) -> Thing:
    """Turn a profile around the upright axis, as a potter does, and smooth it."""
    vertices: list[Point] = []
    for step in range(sides):
        angle = 2 * math.pi * step / sides
        vertices += [(radius * math.cos(angle), radius * math.sin(angle), height) for radius, height in profile]
    rings = len(profile)
    faces = [
        (
            step * rings + ring,
            (step + 1) % sides * rings + ring,
            (step + 1) % sides * rings + ring + 1,
            step * rings + ring + 1,
        )
        for step in range(sides)
        for ring in range(rings - 1)
    ]
    pot = mesh(name, vertices, faces, material)
    smooth(pot)
    return pot


def smooth(thing: Thing, levels: int = 2) -> None:
    """Subdivide the surface when it is rendered."""
    weld = thing.modifiers.new("Weld", "WELD")
    weld.merge_threshold = 1e-4
    rounder = thing.modifiers.new("Smooth", "SUBSURF")
    rounder.levels = rounder.render_levels = levels


def handle(name: str, points: Sequence[Point], thickness: float, material: Thing) -> Thing:
    """A pulled handle: a round strap along smooth curve points."""
    import bpy

    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = thickness
    curve.bevel_resolution = 6
    curve.resolution_u = 24
    curve.use_fill_caps = True
    spline = curve.splines.new("BEZIER")
    spline.bezier_points.add(len(points) - 1)
    for knot, point in zip(spline.bezier_points, points, strict=True):
        knot.co = point
        knot.handle_left_type = knot.handle_right_type = "AUTO"
    curve.materials.append(material)
    thing = bpy.data.objects.new(name, curve)
    bpy.context.collection.objects.link(thing)
    return thing


def bean(name: str, material: Thing) -> Thing:
    """One roasted coffee bean: a flattened ellipsoid with its crease."""
    around, along = 24, 16
    vertices: list[Point] = []
    for i in range(along + 1):
        polar = math.pi * i / along
        for j in range(around):
            angle = 2 * math.pi * j / around
            x, y, z = math.cos(polar), math.sin(polar) * math.cos(angle), math.sin(polar) * math.sin(angle)
            crease = 0.34 * math.exp(-((y / 0.16) ** 2)) if z > 0 else 0.0
            vertices.append((0.088 * x, 0.062 * y, 0.046 * z * (1 - crease)))
    faces = [
        (i * around + j, i * around + (j + 1) % around, (i + 1) * around + (j + 1) % around, (i + 1) * around + j)
        for i in range(along)
        for j in range(around)
    ]
    return mesh(name, vertices, faces, material)


def scatter(original: Thing, middle: Point, spread: tuple[float, float], count: int, dice: random.Random) -> None:
    """Strew copies of a bean around a place, dense in the middle; the same dice give the same picture."""
    import bpy

    for _ in range(count):
        copy = bpy.data.objects.new(original.name, original.data)
        copy.location = (
            middle[0] + dice.gauss(0, spread[0]),
            middle[1] + dice.gauss(0, spread[1]),
            middle[2] + 0.043,
        )
        copy.rotation_euler = (
            dice.choice((0, math.pi)) + dice.gauss(0, 0.35),
            dice.gauss(0, 0.2),
            dice.uniform(0, 6.3),
        )
        bpy.context.collection.objects.link(copy)


def sprig(name: str, root: Point, tip: Point, material: Thing, stem: Thing, dice: random.Random) -> None:
    """A eucalyptus stem: round leaves in pairs along a bent curve."""
    bend = tuple((a + b) / 2 + d for a, b, d in zip(root, tip, (0.10, 0.0, 0.25), strict=True))
    handle(f"{name} stem", [root, (bend[0], bend[1], bend[2]), tip], 0.014, stem)
    pairs = 9
    for pair in range(2, pairs + 1):
        t = pair / pairs
        spot = [(1 - t) ** 2 * a + 2 * t * (1 - t) * m + t**2 * b for a, m, b in zip(root, bend, tip, strict=True)]
        for side in (-1, 1):
            size = (0.17 - 0.08 * t) * dice.uniform(0.9, 1.1)
            leaf(name, (spot[0], spot[1], spot[2]), side, size, material, dice)


def leaf(name: str, spot: Point, side: int, size: float, material: Thing, dice: random.Random) -> None:
    """One round, slightly cupped leaf that stands off its stem to the given side."""
    rim = 20
    vertices: list[Point] = [(size, 0.0, 0.0)]
    for step in range(rim):
        angle = 2 * math.pi * step / rim
        vertices.append((size * (1 - math.cos(angle)), 0.85 * size * math.sin(angle), 0.2 * size))
    thing = mesh(name, vertices, [(0, 1 + step, 1 + (step + 1) % rim) for step in range(rim)], material)
    thing.location = spot
    turn = dice.uniform(-0.7, 0.7) + (math.pi if side < 0 else 0.0)
    thing.rotation_euler = (dice.uniform(0.2, 1.2), -dice.uniform(0.2, 0.9), turn)
