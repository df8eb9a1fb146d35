"""The studio: a paper sweep, an arch, a few plinths, the coffee set on them, and the lamps for day and night."""

from __future__ import annotations

import math
import random
from typing import Any

from samples import pottery
from samples.pottery import Colour, Point, Thing


def linear(colour: str) -> Colour:
    """A web colour such as ``#B45309`` as linear RGB. The formula is sRGB's, IEC 61966-2-1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


PAPER, CREAM, AMBER, OCHRE = linear("#EFE6D8"), linear("#F5EDE0"), linear("#A84C08"), linear("#DDA045")
PETROL, BLUSH, SAGE, CLAY = linear("#17545B"), linear("#DDA48C"), linear("#7A9070"), linear("#A9533B")
ROAST, COFFEE, CREMA = linear("#4A2A18"), linear("#26120A"), linear("#73401C")
BRASS, WALNUT = linear("#C99A4B"), linear("#6B452B")

Strap = tuple[Point, ...]
CUP_HANDLE: Strap = ((0.40, 0, 0.56), (0.56, 0, 0.60), (0.68, 0, 0.46), (0.60, 0, 0.27), (0.38, 0, 0.21))
SERVER_HANDLE: Strap = ((0.33, 0, 1.20), (0.62, 0, 1.30), (0.95, 0, 1.08), (0.94, 0, 0.68), (0.66, 0, 0.42))
PITCHER_HANDLE: Strap = ((0.24, 0, 0.62), (0.42, 0, 0.64), (0.50, 0, 0.46), (0.42, 0, 0.26), (0.30, 0, 0.20))


def build() -> None:
    """Fill an empty Blender scene with the set. The same build gives the same picture every time."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    dice = random.Random(3)
    _build_walls()
    _build_set(dice)


def _build_walls() -> None:
    sweep(matte("Paper", PAPER))
    arch("Arch", (0.75, 2.4, 0.0), width=2.7, height=3.5, material=matte("Clay panel", CLAY))
    arch("Small arch", (-1.9, 2.7, 0.0), width=1.9, height=2.4, material=matte("Blush panel", BLUSH))
    drum("Sun", (2.5, 2.0, 0.85), 0.85, 0.16, matte("Sun", OCHRE), upright=True)
    # Beyond the set, for the whip pan to fly past.
    drum("Far plinth", (6.4, 2.6, 0.0), 0.9, 1.7, matte("Far plinth", PETROL))
    arch("Far arch", (9.0, 2.0, 0.0), width=2.2, height=3.2, material=matte("Far panel", OCHRE))
    drum("Farthest plinth", (12.0, 1.5, 0.0), 1.2, 2.4, matte("Farthest plinth", CLAY))


def _build_set(dice: random.Random) -> None:
    cream = pottery.glaze("Cream glaze", CREAM, speckle=0.9)
    amber = pottery.glaze("Amber glaze", AMBER, roughness=0.16, coat=0.8, speckle=0.55)
    petrol = pottery.glaze("Petrol glaze", PETROL, roughness=0.18, coat=0.8)
    blush = pottery.glaze("Blush glaze", BLUSH, roughness=0.3, speckle=0.7)

    drum("Low plinth", (0.5, 1.0, 0.0), 1.0, 0.42, matte("Low plinth", PAPER))
    drum("Side plinth", (-1.45, 1.2, 0.0), 0.72, 0.85, matte("Side plinth", OCHRE))
    drum("Board", (0.5, 1.0, 0.42), 0.78, 0.07, pottery.glaze("Walnut", WALNUT, roughness=0.45, coat=0.2))

    server((0.5, 1.0, 0.49), petrol, cream)
    cup((-0.75, -0.5, 0.0), math.radians(215), amber, cream)
    cup((1.7, -0.35, 0.0), math.radians(-35), cream, petrol)
    pitcher((-1.45, 1.15, 0.85), cream)
    vase((2.4, 1.05, 0.0), blush, dice)
    spoon((0.25, -0.62, 0.0), math.radians(-28))
    original = pottery.bean("Bean", pottery.glaze("Roast", ROAST, roughness=0.38, coat=0.2))
    original.location = (0.25, -1.25, 0.043)
    pottery.scatter(original, (0.55, -1.15, 0.0), (0.33, 0.12), 26, dice)
    pottery.scatter(original, (-1.75, -0.25, 0.0), (0.14, 0.12), 9, dice)


def matte(name: str, colour: Colour) -> Thing:
    """Painted paper and plaster: no gloss at all."""
    return pottery.glaze(name, colour, roughness=0.9, coat=0.0)


def cup(at: Point, turn: float, glaze: Thing, saucer: Thing) -> None:
    """A cup of coffee on its saucer; ``turn`` (radians) is where the handle points."""
    group = [
        pottery.throw("Saucer", pottery.SAUCER, saucer),
        lifted(pottery.throw("Cup", pottery.CUP, glaze), 0.06),
        lifted(pottery.handle("Cup handle", CUP_HANDLE, 0.048, glaze), 0.06),
        lifted(pottery.throw("Coffee", pottery.LIQUID, pottery.coffee("Coffee", COFFEE, CREMA)), 0.64),
    ]
    place(group, at, turn)


def server(at: Point, glaze: Thing, dripper: Thing) -> None:
    """The coffee server, its dripper on top."""
    group = [
        pottery.throw("Server", pottery.SERVER, glaze),
        pottery.handle("Server handle", SERVER_HANDLE, 0.06, glaze),
        lifted(pottery.throw("Dripper", pottery.DRIPPER, dripper), 1.465),
        lifted(pottery.throw("Filter", pottery.FILTER, matte("Filter paper", CREAM)), 1.465),
        lifted(pottery.throw("Grounds", pottery.GROUNDS, matte("Grounds", ROAST)), 1.465),
    ]
    place(group, at, math.radians(10))


def pitcher(at: Point, glaze: Thing) -> None:
    """The milk pitcher."""
    pot = pottery.throw("Pitcher", pottery.PITCHER, glaze)
    place([pot, pottery.handle("Pitcher handle", PITCHER_HANDLE, 0.035, glaze)], at, math.radians(200))


def vase(at: Point, glaze: Thing, dice: random.Random) -> None:
    """A bud vase with three stems of eucalyptus."""
    place([pottery.throw("Vase", pottery.VASE, glaze)], at, 0.0)
    leaves = pottery.glaze("Leaves", SAGE, roughness=0.6, coat=0.0)
    stem = pottery.glaze("Stem", WALNUT, roughness=0.7, coat=0.0)
    root = (at[0], at[1], at[2] + 1.2)
    for tip in ((0.75, -0.25, 1.35), (-0.15, 0.1, 1.75), (-0.75, -0.2, 1.0)):
        pottery.sprig("Sprig", root, (root[0] + tip[0], root[1] + tip[1], root[2] + tip[2]), leaves, stem, dice)


def spoon(at: Point, turn: float) -> None:
    """A brass spoon that lies on the table."""
    import bpy

    brass = pottery.metal("Brass", BRASS)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=32, ring_count=16)
    bowl = bpy.context.object
    bowl.scale = (0.17, 0.11, 0.028)
    bowl.data.materials.append(brass)
    bowl.data.shade_smooth()
    rod = pottery.handle("Spoon", ((0.12, 0, 0.0), (0.35, 0, 0.05), (0.7, 0, 0.03), (0.98, 0, 0.01)), 0.022, brass)
    place([bowl, rod], (at[0], at[1], at[2] + 0.02), turn)


def lifted(thing: Thing, height: float) -> Thing:
    """The same thing, raised by ``height``."""
    thing.location.z += height
    return thing


def place(group: list[Thing], at: Point, turn: float) -> None:
    """Turn a group of things about its own axis and set it down."""
    import bpy

    anchor = bpy.data.objects.new("Anchor", None)
    bpy.context.collection.objects.link(anchor)
    for thing in group:
        thing.parent = anchor
    anchor.location = at
    anchor.rotation_euler = (0, 0, turn)


def sweep(material: Thing) -> None:
    """Floor and wall in one sheet with a round corner."""
    radius, back, steps = 1.6, 5.0, 24
    line = [(-9.0, 0.0), (back - radius, 0.0)]
    for step in range(1, steps + 1):
        angle = math.pi / 2 * step / steps
        line.append((back - radius + radius * math.sin(angle), radius - radius * math.cos(angle)))
    line.append((back, 12.0))
    vertices: list[Point] = [(x, y, z) for x in (-30.0, 30.0) for y, z in line]
    count = len(line)
    faces = [(i, i + 1, count + i + 1, count + i) for i in range(count - 1)]
    pottery.mesh("Sweep", vertices, faces, material)


def arch(name: str, at: Point, *, width: float, height: float, material: Thing, depth: float = 0.22) -> None:
    """A flat panel with a round top that stands on the floor."""
    radius, steps = width / 2, 48
    outline = [(-radius, 0.0), *((-radius * math.cos(a), height - radius + radius * math.sin(a))
               for a in (math.pi * s / steps for s in range(steps + 1))), (radius, 0.0)]  # fmt: skip
    count = len(outline)
    vertices: list[Point] = [(x, y, z) for y in (0.0, depth) for x, z in outline]
    faces: list[Any] = [tuple(range(count)), tuple(range(2 * count - 1, count - 1, -1))]
    faces += [(i, count + i, count + (i + 1) % count, (i + 1) % count) for i in range(count)]
    panel = pottery.mesh(name, vertices, faces, material)
    panel.data.shade_flat()
    panel.location = at
    bevel(panel, 0.02)


def drum(name: str, at: Point, radius: float, height: float, material: Thing, *, upright: bool = False) -> None:
    """A round plinth; ``upright`` stands it on its edge as a disc."""
    import bpy

    bpy.ops.mesh.primitive_cylinder_add(vertices=128, radius=radius, depth=height)
    thing = bpy.context.object
    thing.name = name
    thing.data.materials.append(material)
    thing.location = (at[0], at[1], at[2] + (0 if upright else height / 2))
    if upright:
        thing.rotation_euler = (math.pi / 2, 0, 0)
    bevel(thing, 0.025)


def bevel(thing: Thing, width: float) -> None:
    """Break the sharp edges so that they catch the light."""
    rounder = thing.modifiers.new("Bevel", "BEVEL")
    rounder.width = width
    rounder.segments = 4
    rounder.limit_method = "ANGLE"
    rounder.harden_normals = True


def light_for_day() -> None:
    """Warm morning sun from the left, a soft sky from the front."""
    lamp("SUN", (-4.0, -4.5, 5.2), (0.3, 0.5, 0.5), 3.1, (1.0, 0.91, 0.78), math.radians(4))
    lamp("AREA", (3.5, -5.0, 4.5), (0.3, 0.5, 0.6), 150.0, (1.0, 0.95, 0.90), 3.5)
    world((1.0, 0.94, 0.88), 0.36)


def light_for_night() -> None:
    """Almost nothing: a thin cool rim from behind."""
    lamp("AREA", (2.8, 3.5, 3.8), (0.3, 0.5, 0.8), 110.0, (0.62, 0.74, 1.0), 1.2)
    world((0.4, 0.5, 0.8), 0.02)


def lamp(kind: str, at: Point, toward: Point, power: float, colour: Colour, size: float) -> None:
    """A lamp aimed at a point. ``size`` is the width of an area lamp in units, or a sun's angle in radians."""
    import bpy
    from mathutils import Vector

    data = bpy.data.lights.new(kind.title(), kind)
    data.energy = power
    data.color = colour
    if kind == "SUN":
        data.angle = size
    else:
        data.size = size
    thing = bpy.data.objects.new(data.name, data)
    thing.location = at
    thing.rotation_euler = (Vector(toward) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(thing)


def world(colour: Colour, strength: float) -> None:
    """The light that comes from everywhere."""
    import bpy

    sky = bpy.data.worlds.new("Sky")
    sky.use_nodes = True
    background = sky.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*colour, 1.0)
    background.inputs["Strength"].default_value = strength
    bpy.context.scene.world = sky
