"""Time the way of training images from files to batches, on one core or a GPU.

    python benchmarks/loading.py [--sizes HxW ...] [--images N] [--rounds N] [--json FILE]

The plain path is what most code has: each file decoded by Pillow, altered by torchvision's
transforms one after another, and stacked as float32. Ours decodes once into an image cache and
alters uint8; what a loading process does ends there ("uint8"), and whoever trains normalises
("float32"). The goal: 4 times the plain path on one core. With a GPU, a line for images that
lie on it. Images are smooth patches with noise, as JPEGs of quality 90.
"""

import os

os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # as the command line has it

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from measures import record
from PIL import Image

from apnet.config.recipes import CHANNEL, Recipe
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.images import Images
from apnet.data.pipeline.augmentation import draw
from apnet.data.pipeline.image_cache import ImageCache
from apnet.data.pipeline.loading import CPU, training_batches
from apnet.data.pipeline.opening import Decoded, open_images
from apnet.data.pipeline.resident import Resident
from apnet.data.pipeline.transforms import transform
from apnet.runtime.torchvision_compat import torchvision

SIZES = ("128x64", "300x120", "480x200")
"""Height and width: Market-1501's, and about the means of DukeMTMC and CUHK03, MSMT17."""

_INSTANCES = CHANNEL.instances
transforms = torchvision.transforms


def main() -> None:
    """Time in turns, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="HxW")
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each size to it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for size in arguments.sizes:
        height, width = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            dataset = _photos(Path(folder), arguments.images, height, width)
            speeds = _compare(size, dataset, Path(folder) / "caches", arguments.rounds)
        if arguments.json:
            record(arguments.json, {"loading": size, "images_per_second": speeds})


def _compare(size: str, dataset: ReIDDataset, caches: Path, rounds: int) -> dict[str, float]:
    """Images per second of each way, printed."""
    files = Decoded(dataset.train, dataset.root)
    cache = open_images(dataset, "train", CHANNEL, CPU, caches, log=lambda line: None)
    steps = len(dataset.train) // CHANNEL.batch
    if not steps:
        raise SystemExit(f"a batch is {CHANNEL.batch} images: give --images that many or more")
    tasks: dict[str, Callable[[], object]] = {
        "plain, float32": lambda: _plain(dataset, steps * CHANNEL.batch),
        "files, uint8": lambda: _uint8(files, steps * CHANNEL.batch),
        "files, float32": lambda: _float32(files, dataset, steps),
        "cache, uint8": lambda: _uint8(cache, steps * CHANNEL.batch),
        "cache, float32": lambda: _float32(cache, dataset, steps),
    }
    if torch.cuda.is_available():
        gpu = torch.device("cuda")
        resident = Resident(cache, CHANNEL, gpu)
        tasks["cache on GPU"] = lambda: _float32(resident, dataset, steps, gpu)
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for round_number in range(rounds + 1):
        for name, task in tasks.items():
            begin = time.perf_counter()
            task()
            if round_number:  # the first warms up
                seconds[name].append(time.perf_counter() - begin)
    kilobytes = sum(file.stat().st_size for file in dataset.root.glob("*.jpg")) / 1000
    print(f"{size}, {kilobytes / len(dataset.train):.1f} kB a file, to {_shape(CHANNEL)}")
    speeds = {name: steps * CHANNEL.batch / median(taken) for name, taken in seconds.items()}
    for name, speed in speeds.items():
        print(f"{name:<16} {speed:8.0f} images/s {speed / speeds['plain, float32']:7.2f}x")
    return speeds


def _shape(recipe: Recipe) -> str:
    return f"{recipe.height}x{recipe.width}"


def _photos(folder: Path, count: int, height: int, width: int) -> ReIDDataset:
    generator = np.random.default_rng(0)
    samples = []
    for number in range(count):
        coarse = generator.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        noisy = np.asarray(picture, np.int16) + generator.integers(-6, 7, (height, width, 3))
        name = Path(f"{number:05}.jpg")
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / name, quality=90)
        samples.append(Sample(name, number // _INSTANCES, 1))
    return ReIDDataset("photos", folder, tuple(samples), (), ())


def _plain(dataset: ReIDDataset, count: int) -> None:
    """As most code has it; for speed alone, since its draws are its own."""
    size = (CHANNEL.height, CHANNEL.width)
    steps = transforms.Compose(
        [
            transforms.Resize(size),
            transforms.RandomHorizontalFlip(CHANNEL.flip),
            transforms.Pad(CHANNEL.padding),
            transforms.RandomCrop(size),
            transforms.ToTensor(),
            transforms.Normalize(CHANNEL.erasing_value, (0.229, 0.224, 0.225)),
            transforms.RandomErasing(
                CHANNEL.erasing,
                CHANNEL.erasing_area,
                CHANNEL.erasing_aspect,
                CHANNEL.erasing_value,
                inplace=True,
            ),
        ]
    )
    batch = []
    for sample in dataset.train[:count]:
        with Image.open(dataset.root / sample.path) as image:
            batch.append(steps(image.convert("RGB")))
        if len(batch) == CHANNEL.batch:
            torch.stack(batch)
            batch = []


def _uint8(images: Images | ImageCache, count: int) -> None:
    """What a loading process does."""
    out = torch.empty(CHANNEL.batch, CHANNEL.height, CHANNEL.width, 3, dtype=torch.uint8)
    for start in range(0, count, CHANNEL.batch):
        params = draw(CHANNEL, np.random.default_rng(start), CHANNEL.batch)
        acts = zip(params.flip.tolist(), params.corner.tolist(), strict=True)
        for index, (flip, corner) in enumerate(acts):
            transform(images[start + index], flip, *corner, CHANNEL, out[index])


def _float32(
    images: Images | ImageCache | Resident,
    dataset: ReIDDataset,
    steps: int,
    device: torch.device = CPU,
) -> None:
    """The batches that a training gets."""
    identities = [sample.identity for sample in dataset.train]
    batches = training_batches(images, identities, CHANNEL, 0, device=device)
    for _ in range(steps):
        next(batches)
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
