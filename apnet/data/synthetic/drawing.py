"""A shot drawn: scene, person, camera."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from apnet.data.registry import get_spec
from apnet.data.styles import Style
from apnet.data.synthesis import Shot
from apnet.data.synthetic.camera import Camera, background, make_camera, photograph
from apnet.data.synthetic.layouts import dataset_seed
from apnet.data.synthetic.pedestrian import (
    FAMILY,
    Figure,
    Pedestrian,
    make_pedestrian,
    random_pose,
)

COMMENT = "Synthetic drawing, not a photograph of a person."
_FINER = 2
"""Drawn so many times larger, since lines have no half pixels."""


@dataclass(frozen=True)
class World:
    """The people and cameras of one dataset; every `family` people share build and clothes."""

    name: str
    seed: int
    family: int = FAMILY

    @property
    def style(self) -> Style:
        """The dataset's style."""
        return get_spec(self.name).synthesis.style

    def person(self, number: int) -> Pedestrian:
        """Person `number`, from 0."""
        return make_pedestrian(
            self._random(1, number // self.family), self._random(2, number), self.style
        )

    def camera(self, number: int) -> Camera:
        """Camera `number`, from 1."""
        return _camera(self, number)

    def draw(self, shot: Shot) -> Image.Image:
        """The image of a shot."""
        random = self._random(4, shot.number)
        style, camera = self.style, self.camera(shot.camera)
        height = int(random.integers(style.sizes[0], style.sizes[1] + 1))
        width = round(height / random.uniform(*style.aspect))
        image = background(camera, random, (width * _FINER, height * _FINER))
        self._people(image, shot, camera, random)
        if shot.occluded:
            _occlude(image, random)
        return photograph(camera, image.reduce(_FINER), random)

    def encode(self, shot: Shot) -> bytes:
        """The image file of a shot, marked as a drawing."""
        stream = io.BytesIO()
        image = self.draw(shot)
        if shot.files[0].endswith(".png"):
            note = PngInfo()
            note.add_text("Comment", COMMENT)
            image.save(stream, "PNG", pnginfo=note)
        else:
            image.save(stream, "JPEG", quality=90, comment=COMMENT.encode())
        return stream.getvalue()

    def _people(
        self, image: Image.Image, shot: Shot, camera: Camera, random: np.random.Generator
    ) -> None:
        person, pose = self.person(shot.person), random_pose(random)
        width, height = image.size
        tall = height * camera.scale * person.stature * random.uniform(0.95, 1.03)
        across = width * (0.5 + camera.shift[0] + random.uniform(-0.06, 0.06))
        top = height * (0.02 + camera.shift[1] + random.uniform(-0.015, 0.03))
        if shot.part == "junk":
            # A detection that missed: the person is cut off, or too large.
            across += width * random.choice([-0.45, 0.45])
            top -= height * random.uniform(0.0, 0.4)
            tall *= random.uniform(1.0, 1.6)
        Figure(ImageDraw.Draw(image), person, pose, across, top, tall).draw()

    def _random(self, kind: int, number: int) -> np.random.Generator:
        return np.random.default_rng([*dataset_seed(self.name, self.seed), kind, number])


@lru_cache
def _camera(world: World, number: int) -> Camera:
    return make_camera(world._random(3, number), world.style)


def _occlude(image: Image.Image, random: np.random.Generator) -> None:
    """A car, a wall or a sign before the lower part or one side of the person."""
    width, height = image.size
    colour = tuple(int(value) for value in random.integers(40, 200, size=3))
    draw = ImageDraw.Draw(image)
    if random.random() < 0.6:
        top = height * random.uniform(0.6, 0.8)
        draw.rounded_rectangle((-width * 0.2, top, width * 1.2, height * 1.1), width * 0.2, colour)
    else:
        left = width * random.choice([-0.2, 0.65])
        draw.rectangle((left, 0, left + width * 0.55, height), fill=colour)
