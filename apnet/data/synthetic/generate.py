"""Draw a dataset: plan its images, draw them, and write its lists and its marker."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from apnet import numeric_core
from apnet.data.folders import MARKER
from apnet.data.registry import drawable, get_spec
from apnet.data.synthesis import Shot
from apnet.data.synthetic.drawing import World
from apnet.data.synthetic.layouts import family_size, plan, real_size, size_of
from apnet.errors import InputError, one_of
from apnet.files import write_json, write_text

GENERATOR = 2
"""Version of the drawings; the marker of each dataset names it."""
_DEFAULT_IDENTITIES = 32
_CHUNK = 250


def synthesize(
    name: str,
    root: Path,
    *,
    identities: int | None = None,
    seed: int = 0,
    processes: int = 1,
    log: Callable[[str], None] = print,
) -> Path:
    """Draw a dataset into its folder under `root`, whole or not at all.

    The same seed gives the same bytes, however many processes draw.

    Args:
        name: the dataset whose layout, names, lists and conventions are followed.
        root: the folder that holds dataset folders.
        identities: for training, and as many for testing; 32 if not given. At the real
            dataset's number every count is the real one.
        seed: of people, cameras and images.
        processes: that draw.
        log: gets lines of progress.

    Returns:
        The dataset's folder, with a marker file that says how it was drawn.

    Raises:
        InputError: unknown dataset, too few identities, or a folder that holds something
            else than drawings.
    """
    if name not in drawable():
        raise one_of("dataset", name, drawable())
    source = get_spec(name)
    real = real_size(source)
    identities = _DEFAULT_IDENTITIES if identities is None else identities
    if not 2 <= identities <= real.trained:
        raise InputError(f"{name} is drawn with 2 to {real.trained} identities, not {identities}")
    folder = Path(root) / name
    _refuse_others(folder)
    shots = plan(source, size_of(real, identities), seed)
    making = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        _draw(World(name, seed, family_size(identities)), shots, making, processes, log)
        for file, lines in source.synthesis.lists(shots).items():
            write_text(making / file, "\n".join(lines) + "\n")
        marker = {"synthetic": True, "generator": GENERATOR, "dataset": name}
        marker |= {"identities": identities, "seed": seed, "code": numeric_core.synthesis(name)}
        write_json(making / MARKER, marker)
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    log(f"drew {len(shots)} images of {name} in {folder}")
    return folder


def _draw(
    world: World,
    shots: list[Shot],
    folder: Path,
    processes: int,
    log: Callable[[str], None],
) -> None:
    for parent in {(folder / file).parent for shot in shots for file in shot.files}:
        parent.mkdir(parents=True, exist_ok=True)
    chunks = [shots[start : start + _CHUNK] for start in range(0, len(shots), _CHUNK)]
    work = partial(_draw_chunk, world, folder)
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool:
        done: Iterable[int] = pool.map(work, chunks) if pool else map(work, chunks)
        drawn = 0
        for number, images in enumerate(done, start=1):
            drawn += images
            if number % 10 == 0:
                log(f"{drawn} of {len(shots)} images")


def _draw_chunk(world: World, folder: Path, shots: list[Shot]) -> int:
    for shot in shots:
        content = world.encode(shot)
        for file in shot.files:
            (folder / file).write_bytes(content)
    return len(shots)


def _refuse_others(folder: Path) -> None:
    """Real images must never be overwritten by drawings."""
    try:
        occupied = folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file()
    except OSError as error:
        raise InputError(f"cannot use {folder}: {error.strerror}") from error
    if occupied:
        raise InputError(f"{folder} holds something that was not drawn here: choose another folder")
    marker = folder / MARKER
    if marker.is_file() and not json.loads(marker.read_text(encoding="utf-8")).get("synthetic"):
        raise InputError(f"{marker} is not a marker of synthetic data: choose another folder")
