"""Where a run looks after each level of its pyramid: Grad-CAM of query images (Fig. 6).

Grad-CAM (Selvaraju et al., ICCV 2017, Eqs. 1 and 2, by the grad-cam library) asks which
positions of a map raise a score. The paper does not say which score: identities in test
are in no classifier. Here it is what retrieval compares: the mean over a query's true matches
of the dot product with the match's embedding, at unit length and held fixed. Its gradient
does not vanish where query and match agree, as that of their cosine does.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from apnet import numeric_core
from apnet.config.names import parse_model_name
from apnet.config.recipes import Recipe
from apnet.config.settings import Settings
from apnet.data import ReIDDataset, Sample, load_dataset
from apnet.data.check import describe_data
from apnet.data.pipeline.loading import test_batches
from apnet.data.pipeline.normalise import normalise
from apnet.data.pipeline.opening import Decoded
from apnet.errors import InputError
from apnet.evaluation.embed import embed
from apnet.evaluation.run import load_model, read_run
from apnet.files import replaced
from apnet.records.blocks import Data
from apnet.records.other_jobs import AttentionMaps
from apnet.records.schema import Run
from apnet.runtime.compute import ComputeOptions
from apnet.runtime.devices import choose_device
from apnet.runtime.environment import SCHEMA

PEOPLE = 4
"""Identities shown when no queries are named."""

Maps = NDArray[np.float32]
_DEFAULT = ComputeOptions()


def attention_maps(
    run: Path,
    dataset: str,
    data_root: Path,
    out: Path,
    *,
    queries: Sequence[str] = (),
    data_record: Path | None = None,
    compute: ComputeOptions = _DEFAULT,
    log: Callable[[str], None] = print,
) -> None:
    """Write the maps of query images as an .npz.

    It holds `images` (N x H x W x 3, uint8, as the network takes them in, before they are
    normalised), `maps` (N x L x H x W, float32, 0 to 1, a map for each level of the last
    pyramid in the paper's order), `queries` (file names), and `about` (JSON).

    Args:
        data_root: the folder that holds dataset folders.
        queries: file names; none is the first query of each of :data:`PEOPLE` identities.
        data_record: what `apnet data check` wrote of the dataset; None checks it now.
        compute: where to compute; maps need no workers and no image cache.

    Raises:
        InputError: no finished run, a model without a pyramid, an unknown query or one
            without a match, bad data, or grad-cam is not installed.
    """
    if out.suffix != ".npz" or out.is_dir():
        raise InputError(f"cannot write {out}: name an .npz file")
    device = choose_device(compute.device, compute.threads)
    record, settings = read_run(run)
    _check_pyramid(settings.model)
    test_set = load_dataset(dataset, data_root, settings.reading)
    data = describe_data(test_set, data_root, settings.reading, data_record)
    model = load_model(run, record, settings).to(device)
    stage, pyramid = list(model.pyramids.items())[-1]
    chosen = choose_queries(test_set, queries)

    images, maps = [], []
    for query in chosen:
        log(f"Grad-CAM of {query.path.name}")
        image = _query_input(query, test_set, settings.recipe)
        matches = _match_embeddings(model, query, test_set, settings.recipe, device)
        images.append(_pixels(image[0], settings.recipe))
        maps.append(grad_cam(model, list(pyramid.levels), image.to(device), score(matches)))

    parts = [level.parts for level in pyramid.levels]
    about = _about(run, record, settings, stage, parts, data)
    arrays = {
        "images": np.stack(images),
        "maps": np.stack(maps),
        "queries": np.array([query.path.name for query in chosen]),
        "about": np.array(json.dumps(about.content())),
    }
    with replaced(out) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)
    log(f"{len(chosen)} queries, {len(pyramid.levels)} levels  ({out})")


def _query_input(query: Sample, dataset: ReIDDataset, recipe: Recipe) -> Tensor:
    """A query as the network takes it in, 1 x 3 x H x W, on the CPU."""
    (image,) = test_batches(Decoded([query], dataset.root), recipe, 1)
    return image


def _match_embeddings(
    model: nn.Module, query: Sample, dataset: ReIDDataset, recipe: Recipe, device: torch.device
) -> Tensor:
    """The embeddings of a query's true matches, M x d."""
    matches = Decoded(true_matches(query, dataset), dataset.root)
    return embed(model, test_batches(matches, recipe, 64), recipe, "bn", device)


def _about(
    run: Path,
    record: Run,
    settings: Settings,
    stage: str,
    parts: list[int],
    data: dict[str, object],
) -> AttentionMaps:
    return AttentionMaps(
        version=SCHEMA,
        run=str(run),
        model=settings.model,
        training_set=settings.dataset,
        dataset=data["name"],
        code_fingerprint=numeric_core.attention_maps(settings.model, data["name"]),
        reading=settings.reading.name,
        seed=settings.seed,
        order=settings.reading.level_order,
        training_data=record.data,
        checkpoint_sha256=record.checkpoint_sha256,
        stage=stage,
        parts=parts,
        data=Data(**data),
    )


def grad_cam(
    model: nn.Module,
    layers: Sequence[nn.Module],
    image: Tensor,
    target: Callable[[Tensor], Tensor],
) -> Maps:
    """Grad-CAM of one image at the outputs of some modules.

    Args:
        layers: L modules whose outputs are 1 x C x h x w.
        image: 1 x 3 x H x W, normalised.
        target: the score of the model's output, d.

    Returns:
        L x H x W, each from 0, its lowest, to 1, its highest; 0 where nothing raises the score.

    Raises:
        InputError: grad-cam is not installed.
    """
    # grad-cam imports torchvision, which this has to do first.
    import apnet.runtime.torchvision_compat  # noqa: F401

    try:
        from pytorch_grad_cam import GradCAM
    except ImportError as error:
        raise InputError(
            f"Grad-CAM needs the library grad-cam ({error}): pip install grad-cam"
        ) from error

    cams = []
    for layer in layers:
        # One at a time: with several it takes them in the order in which they were called,
        # and averages them.
        with GradCAM(model=model, target_layers=[layer]) as cam:
            cams.append(cam(input_tensor=image, targets=[target])[0])
    return np.stack(cams).astype(np.float32)


def score(matches: Tensor) -> Callable[[Tensor], Tensor]:
    """The mean dot product of an embedding, d, with matches, M x d, taken at unit length."""
    fixed = nn.functional.normalize(matches.clone(), dim=1).mean(dim=0)
    return lambda embedding: embedding @ fixed


def choose_queries(dataset: ReIDDataset, names: Sequence[str]) -> list[Sample]:
    """The queries of these file names; without any, the first of each of some identities.

    Raises:
        InputError: no query of that name, or one without a true match; no query at all.
    """
    if not names:
        return _first_queries(dataset)
    by_name = {sample.path.name: sample for sample in dataset.query}
    for name in names:
        if name not in by_name:
            raise InputError(
                f"{name!r} is no query of {dataset.name}: name a file such as {min(by_name)}"
            )
        if not true_matches(by_name[name], dataset):
            raise InputError(
                f"the query {name} of {dataset.name} has no true match in the "
                f"gallery: choose another"
            )
    return [by_name[name] for name in names]


def _first_queries(dataset: ReIDDataset) -> list[Sample]:
    firsts: dict[int, Sample] = {}
    for sample in sorted(dataset.query, key=lambda sample: (sample.identity, sample.path)):
        if len(firsts) == PEOPLE:
            break
        if sample.identity not in firsts and true_matches(sample, dataset):
            firsts[sample.identity] = sample
    if not firsts:
        raise InputError(
            f"no query of {dataset.name} has a true match in the gallery: choose another dataset"
        )
    return list(firsts.values())


def true_matches(query: Sample, dataset: ReIDDataset) -> list[Sample]:
    """The gallery's images of the query's identity by other cameras, as they count for mAP."""
    return [
        sample
        for sample in dataset.gallery
        if sample.identity == query.identity and sample.camera != query.camera
    ]


def _check_pyramid(name: str) -> None:
    if not parse_model_name(name).level:
        raise InputError(
            f"model {name} has no attention pyramid: take a run of one that has, such as "
            f"resnet50-apnet-c2"
        )


def _pixels(image: Tensor, recipe: Recipe) -> NDArray[np.uint8]:
    """A test input, 3 x H x W, as it was before it was normalised, H x W x 3."""
    uniform = torch.tensor([[0], [255]], dtype=torch.uint8).expand(2, 3).view(2, 1, 1, 3)
    black, white = normalise(uniform, recipe)
    share = (image - black) / (white - black)
    return (share * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
