"""A camera: its background, light, colour cast, viewpoint and blur."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from apnet.data.styles import Colour, Style


@dataclass(frozen=True)
class Camera:
    """What every image of one camera shares.

    Attributes:
        wall: colour behind people.
        ground: colour under them.
        horizon: where they meet, as a share of the height.
        props: what stands behind: (kind, across, down, width, height, colour).
        gains: of red, green and blue; light and colour cast together.
        gamma: of the light.
        scale: of people in the image.
        shift: of people, across and down, as shares of the image.
        blur: radius in pixels at a height of 128.
        noise: standard deviation in grey levels.
    """

    wall: Colour
    ground: Colour
    horizon: float
    props: tuple[tuple[float, float, float, float, Colour], ...]
    gains: tuple[float, float, float]
    gamma: float
    scale: float
    shift: tuple[float, float]
    blur: float
    noise: float
    scenery: str


def make_camera(random: np.random.Generator, style: Style) -> Camera:
    """A camera of a dataset."""
    light = random.uniform(0.86, 1.1)
    gains = light * (1 + random.uniform(-style.cast, style.cast, size=3))
    props = tuple(
        (
            random.uniform(0, 1),
            random.uniform(0, 0.5),
            random.uniform(0.06, 0.25),
            random.uniform(0.1, 0.4),
            _varied(random, style.walls[random.integers(len(style.walls))], 110),
        )
        for _ in range(random.integers(3, 7))
    )
    return Camera(
        wall=_varied(random, style.walls[random.integers(len(style.walls))], 70),
        ground=_varied(random, style.grounds[random.integers(len(style.grounds))], 70),
        horizon=random.uniform(0.25, 0.6),
        props=props,
        gains=tuple(float(gain) for gain in gains),
        gamma=random.uniform(0.9, 1.12),
        scale=random.uniform(0.86, 0.98),
        shift=(random.uniform(-0.05, 0.05), random.uniform(-0.02, 0.02)),
        blur=random.uniform(0.2, style.blur),
        noise=random.uniform(2, 6),
        scenery=style.scenery,
    )


def background(camera: Camera, random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """An empty scene of `size` (width, height), seen from a little further left or right."""
    width, height = size
    image = Image.new("RGB", size, camera.wall)
    draw = ImageDraw.Draw(image)
    horizon = round((camera.horizon + random.uniform(-0.03, 0.03)) * height)
    slide = random.uniform(-0.3, 0.3)
    for across, down, wide, tall, colour in camera.props:
        left, top = ((across + slide) % 1.2 - 0.1) * width, down * height
        box = (left, top, left + wide * width, top + tall * height)
        if camera.scenery == "trees":
            draw.line((left, top, left, horizon), fill=colour, width=5)
            draw.ellipse(box, fill=colour)
        else:
            draw.rectangle(box, fill=colour)
            if camera.scenery == "facade":
                middle = (box[0] + box[2]) / 2
                draw.line((middle, box[1], middle, box[3]), fill=camera.wall, width=2)
    draw.rectangle((0, horizon, width, height), fill=camera.ground)
    for step in range(1, 4):
        level = horizon + (height - horizon) * step**2 // 10
        draw.line((0, level, width, level), fill=camera.wall, width=1)
    return image


def photograph(camera: Camera, image: Image.Image, random: np.random.Generator) -> Image.Image:
    """The scene as this camera gives it: blurred, lit, cast, noisy."""
    radius = camera.blur * image.height / 128
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / 255
    gains = np.array(camera.gains, dtype=np.float32) * np.float32(random.uniform(0.93, 1.07))
    lit = pixels ** np.float32(camera.gamma) * gains
    grain = random.standard_normal(lit.shape, dtype=np.float32) * np.float32(camera.noise / 255)
    return Image.fromarray((np.clip(lit + grain, 0, 1) * 255).astype(np.uint8))


def _varied(random: np.random.Generator, colour: Colour, by: int) -> Colour:
    return tuple(int(np.clip(value + random.integers(-by, by + 1), 0, 255)) for value in colour)
