"""Who a drawn person is, and how they are drawn.

People come in families. A family shares build, clothes, colours and texture, so from
afar its members look the same; a logo, a bag, shoes, hair and sleeves tell them apart.
"""

from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

from apnet.data.styles import Colour, Style

FAMILY = 3
"""Members of a family."""

_SKIN = ((241, 205, 175), (214, 165, 128), (160, 112, 80), (98, 66, 48))
_HAIR = ((28, 24, 22), (74, 48, 30), (150, 110, 60), (190, 185, 180), (130, 50, 30))
_MARKS = (
    (250, 250, 250),
    (20, 20, 20),
    (230, 40, 40),
    (250, 210, 40),
    (30, 90, 220),
    (40, 170, 80),
)
_TEXTURES = ("plain", "plain", "rings", "bars", "dots")
_LOWER = ("trousers", "trousers", "shorts", "skirt")
_LOGOS = ("none", "square", "disc", "band", "cross")
_BAGS = ("none", "backpack", "handbag", "sling")
_HAIRSTYLES = ("short", "long", "bun", "cap")


@dataclass(frozen=True)
class Pedestrian:
    """A person: what the family shares, then what is their own."""

    girth: float
    stature: float
    upper: Colour
    accent: Colour
    lower: Colour
    texture: str
    lower_kind: str
    skin: Colour
    hair: Colour
    hairstyle: str
    sleeves: bool
    shoes: Colour
    logo: str
    logo_colour: Colour
    bag: str
    bag_colour: Colour


@dataclass(frozen=True)
class Pose:
    """One moment: `stride` -1 to 1, `view` front, back or side, `lean` of the body."""

    stride: float
    view: str
    lean: float


def make_pedestrian(
    family: np.random.Generator, member: np.random.Generator, style: Style
) -> Pedestrian:
    """A member, drawn by `member`, of the family that `family` draws."""

    def pick(random: np.random.Generator, options: tuple) -> object:
        return options[random.integers(len(options))]

    upper, lower = pick(family, style.clothes), pick(family, style.clothes)
    return Pedestrian(
        girth=family.uniform(0.85, 1.25),
        stature=family.uniform(0.86, 1.0),
        upper=upper,
        accent=pick(family, style.clothes),
        lower=lower,
        texture=pick(family, _TEXTURES),
        lower_kind=pick(family, style.lower_kinds or _LOWER),
        skin=pick(member, _SKIN),
        hair=pick(member, _HAIR),
        hairstyle=pick(member, _HAIRSTYLES),
        sleeves=bool(member.random() < style.long_sleeves),
        shoes=pick(member, _MARKS),
        logo=pick(member, _LOGOS),
        logo_colour=pick(member, _MARKS),
        bag=pick(member, _BAGS),
        bag_colour=pick(member, _MARKS),
    )


def random_pose(random: np.random.Generator) -> Pose:
    """How a walking person may be caught."""
    view = ("front", "front", "back", "back", "side")[random.integers(5)]
    return Pose(random.uniform(-1, 1), view, random.uniform(-0.02, 0.02))


class Figure:
    """Draws one person onto a canvas.

    Coordinates are shares of the person's height: `across` from the middle, `down` from
    the top of the head.

    Args:
        draw: of the canvas.
        centre: pixels, of the person's middle.
        top: pixels, of the top of the head.
        height: pixels, of the person.
    """

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        person: Pedestrian,
        pose: Pose,
        centre: float,
        top: float,
        height: float,
    ) -> None:
        self._draw, self._person, self._pose = draw, person, pose
        self._centre, self._top, self._height = centre, top, height
        narrow = 0.72 if pose.view == "side" else 1.0
        self._shoulder = 0.115 * person.girth * narrow
        self._hip = 0.085 * person.girth * narrow

    def draw(self) -> None:
        """Everything, back to front."""
        back = self._pose.view == "back"
        if not back:
            self._bag()
        self._legs()
        self._arms()
        self._torso()
        self._logo()
        self._head()
        if back or self._person.bag in ("handbag", "sling"):
            self._bag()

    def _legs(self) -> None:
        person, swing = self._person, 0.07 * self._pose.stride
        kind = person.lower_kind
        width = 0.075 * person.girth
        for side in (-1, 1):
            hip, foot = 0.045 * person.girth * side, 0.045 * person.girth * side + swing * side
            knee = ((hip + foot) / 2 + 0.012 * side, 0.74)
            bare = kind != "trousers"
            self._line((hip, 0.5), knee, person.lower if kind != "skirt" else person.skin, width)
            self._line(knee, (foot, 0.95), person.skin if bare else person.lower, width * 0.85)
            self._ellipse(foot + 0.012 * side, 0.965, 0.042, 0.024, person.shoes)
        if kind == "skirt":
            hem = self._hip * 1.55
            corners = ((-self._hip, 0.49), (self._hip, 0.49), (hem, 0.73), (-hem, 0.73))
            self._polygon(corners, person.lower)
        else:
            self._polygon(
                ((-self._hip, 0.48), (self._hip, 0.48), (self._hip, 0.57), (-self._hip, 0.57)),
                person.lower,
            )

    def _arms(self) -> None:
        person = self._person
        for side in (-1, 1):
            swing = 0.06 * self._pose.stride * side
            shoulder = (self._shoulder * 0.95 * side, 0.20)
            elbow = (self._shoulder * 1.2 * side + swing * 0.5, 0.345)
            hand = (self._shoulder * 1.15 * side + swing, 0.485)
            width = 0.055 * person.girth
            self._line(elbow, hand, person.upper if person.sleeves else person.skin, width * 0.85)
            self._line(shoulder, elbow, person.upper, width)
            self._ellipse(*hand, 0.022, 0.022, person.skin)

    def _torso(self) -> None:
        person = self._person
        self._polygon(
            (
                (-self._shoulder * 0.6, 0.155),
                (self._shoulder * 0.6, 0.155),
                (self._shoulder, 0.185),
                (self._hip, 0.53),
                (-self._hip, 0.53),
                (-self._shoulder, 0.185),
            ),
            person.upper,
        )
        if person.texture == "rings":
            for down in np.arange(0.21, 0.52, 0.06):
                edge = self._edge(down)
                self._line((-edge, down), (edge, down), person.accent, 0.022)
        elif person.texture == "bars":
            for share in (-0.7, -0.25, 0.25, 0.7):
                ends = [(self._edge(down) * share, down) for down in (0.19, 0.52)]
                self._line(*ends, person.accent, 0.018)
        elif person.texture == "dots":
            for down in np.arange(0.22, 0.52, 0.07):
                for share in (-0.6, 0.0, 0.6):
                    self._ellipse(self._edge(down) * share, down, 0.014, 0.014, person.accent)

    def _logo(self) -> None:
        person = self._person
        if person.logo == "none":
            return
        across = 0.03 * (-1 if self._pose.view == "side" else 1)
        down, size, colour = 0.285, 0.045, person.logo_colour
        if person.logo == "square":
            self._polygon(tuple((across + x * size, down + y * size) for x, y in _CORNERS), colour)
        elif person.logo == "disc":
            self._ellipse(across, down, size, size, colour)
        elif person.logo == "band":
            edge = self._edge(0.40)
            self._line((-edge, 0.40), (edge, 0.40), colour, 0.045)
        else:
            self._line((across - size, down), (across + size, down), colour, 0.028)
            self._line((across, down - size), (across, down + size), colour, 0.028)

    def _head(self) -> None:
        person = self._person
        if person.hairstyle == "long":
            self._polygon(((-0.062, 0.06), (0.062, 0.06), (0.07, 0.21), (-0.07, 0.21)), person.hair)
        self._line((0, 0.12), (0, 0.18), person.skin, 0.05)
        face = person.hair if self._pose.view == "back" else person.skin
        self._ellipse(0, 0.08, 0.056, 0.072, face)
        self._ellipse(0, 0.05, 0.06, 0.05, person.hair)
        if self._pose.view != "back":
            shift = 0.015 if self._pose.view == "side" else 0.0
            self._ellipse(shift, 0.098, 0.045, 0.042, person.skin)
        if person.hairstyle == "bun":
            self._ellipse(0, -0.005, 0.03, 0.026, person.hair)
        elif person.hairstyle == "cap":
            self._ellipse(0, 0.035, 0.066, 0.042, person.bag_colour)
            self._line((0, 0.055), (0.085, 0.06), person.bag_colour, 0.02)

    def _bag(self) -> None:
        person = self._person
        if person.bag == "backpack":
            across = {"front": 0.0, "back": 0.0, "side": -self._shoulder * 0.95}[self._pose.view]
            wide = self._shoulder * (0.8 if self._pose.view == "back" else 1.25)
            self._ellipse(across, 0.31, wide, 0.115, person.bag_colour)
        elif person.bag == "handbag":
            across = self._shoulder * 1.25 + 0.03
            self._line((across, 0.45), (across, 0.53), person.bag_colour, 0.012)
            self._polygon(
                tuple((across + x * 0.055, 0.565 + y * 0.045) for x, y in _CORNERS),
                person.bag_colour,
            )
        elif person.bag == "sling":
            side = -1 if self._pose.view == "back" else 1
            ends = (-self._shoulder * 0.8 * side, 0.18), (self._hip * 1.2 * side, 0.50)
            self._line(*ends, person.bag_colour, 0.026)
            self._ellipse(self._hip * 1.35 * side, 0.52, 0.045, 0.05, person.bag_colour)

    def _edge(self, down: float) -> float:
        """Half the width of the torso at a height."""
        share = (down - 0.185) / (0.53 - 0.185)
        return self._shoulder + (self._hip - self._shoulder) * share

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        across, down = point
        across += self._pose.lean * (1 - down)
        return self._centre + across * self._height, self._top + down * self._height

    def _line(
        self, one: tuple[float, float], other: tuple[float, float], colour: Colour, width: float
    ) -> None:
        pixels = max(1, round(width * self._height))
        self._draw.line((self._at(one), self._at(other)), fill=colour, width=pixels)

    def _ellipse(
        self, across: float, down: float, wide: float, tall: float, colour: Colour
    ) -> None:
        x, y = self._at((across, down))
        wide, tall = wide * self._height, tall * self._height
        self._draw.ellipse((x - wide, y - tall, x + wide, y + tall), fill=colour)

    def _polygon(self, corners: tuple[tuple[float, float], ...], colour: Colour) -> None:
        self._draw.polygon([self._at(corner) for corner in corners], fill=colour)


_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
