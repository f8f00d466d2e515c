"""A contact sheet: people as rows, cameras as columns, to look at."""

from pathlib import Path

from PIL import Image

from apnet.data.registry import drawable, get_spec
from apnet.data.synthesis import Shot
from apnet.data.synthetic.drawing import World
from apnet.data.synthetic.layouts import real_size
from apnet.errors import InputError, one_of
from apnet.files import replaced

_TILE = (64, 128)
_GAP = 4


def contact_sheet(name: str, out: Path, people: int = 8, seed: int = 0) -> None:
    """Write a picture of the first `people` people under up to eight cameras of a drawn dataset.

    Raises:
        InputError: unknown dataset, or a file that cannot be written as a picture.
    """
    if name not in drawable():
        raise one_of("dataset", name, drawable())
    if out.suffix.lower() not in Image.registered_extensions():
        raise InputError(f"{out} is no picture: name a .png or .jpg file")
    world, cameras = World(name, seed), min(real_size(get_spec(name)).cameras, 8)
    step = (_TILE[0] + _GAP, _TILE[1] + _GAP)
    sheet = Image.new("RGB", (cameras * step[0] - _GAP, people * step[1] - _GAP), "white")
    for person in range(people):
        for camera in range(cameras):
            shot = Shot(("a.jpg",), 0, person, camera + 1, person * cameras + camera, "train")
            tile = world.draw(shot).resize(_TILE, Image.Resampling.LANCZOS)
            sheet.paste(tile, (camera * step[0], person * step[1]))
    with replaced(out) as temporary:
        sheet.save(temporary, Image.registered_extensions()[out.suffix.lower()], optimize=True)
