"""A run's network as an ONNX file, which is kept only if it computes what PyTorch computes."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from apnet.config.recipes import Recipe
from apnet.config.settings import Settings
from apnet.data.pipeline.normalise import normalise
from apnet.errors import InputError
from apnet.evaluation.run import load_model, read_run
from apnet.files import replaced
from apnet.records.schema import Run

TOLERANCE = 1e-4
"""Most that a number may differ by, as a share of the largest of its image."""

INPUT = "images"
_BATCHES = (1, 3)
"""Images at once in the check, where any number may come."""


@dataclass(frozen=True)
class Form:
    """What is exported.

    Attributes:
        size: height and width of the images; None is that of the training.
        batch: images at once; None is any number.
        feature: `bn`, the embedding, or `logits`.
        flip: whether the mean with the mirror image's feature is taken inside, as the
            protocol has it.
    """

    size: tuple[int, int] | None = None
    batch: int | None = None
    feature: str = "bn"
    flip: bool = False


class _Exported(nn.Module):
    """A network in evaluation as one function of images."""

    def __init__(self, network: nn.Module, form: Form) -> None:
        super().__init__()
        self.network, self.form = network, form

    def forward(self, images: Tensor) -> Tensor:
        feature = self._feature(images)
        return (feature + self._feature(images.flip(3))) / 2 if self.form.flip else feature

    def _feature(self, images: Tensor) -> Tensor:
        embedding = self.network(images)
        return self.network.classify(embedding) if self.form.feature == "logits" else embedding


def export_onnx(
    run: Path, out: Path, form: Form = Form(), log: Callable[[str], None] = print
) -> None:
    """Write the network of the run in folder `run`, in evaluation and float32, as ONNX.

    Args:
        out: .onnx.
        log: gets a line with the difference that was found.

    Raises:
        InputError: no finished run, damaged weights, a size that the network does not take,
            libraries that are not installed, a network that the exporter does not know, or
            one that ONNX Runtime computes otherwise; nothing is written then.
    """
    if out.suffix != ".onnx" or out.is_dir():
        raise InputError(f"cannot write {out}: name an .onnx file")
    _require_libraries()
    record, settings = read_run(run)
    network = _Exported(load_model(run, record, settings), form).eval()
    height, width = form.size or (settings.recipe.height, settings.recipe.width)
    batches = _BATCHES if form.batch is None else (form.batch,)
    samples = [_random_images(n, height, width, settings.recipe) for n in batches]
    wanted = [_compute(network, images) for images in samples]
    with replaced(out) as temporary:
        _write(network, samples[-1], form, _about(record, settings, form), temporary)
        found = np.max([difference(temporary, *each) for each in zip(samples, wanted, strict=True)])
        if not found <= TOLERANCE:
            raise InputError(
                f"{out} was not written: ONNX Runtime computes {settings.model} otherwise than "
                f"PyTorch (largest difference {found:.1e}, allowed {TOLERANCE:.0e})"
            )
    log(
        f"{out}: {INPUT} {form.batch or 'N'}x3x{height}x{width}; largest difference from PyTorch "
        f"{found:.1e}, of batches of {' and '.join(map(str, batches))}"
    )


def difference(file: Path, images: Tensor, wanted: Tensor) -> float:
    """How far ONNX Runtime's result, on the CPU, is from the wanted one.

    Args:
        images: N x 3 x height x width.
        wanted: N x d.

    Returns:
        The largest difference of a number, as a share of the largest number of its image; NaN
        where either is.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {INPUT: images.numpy()})
    apart = (torch.from_numpy(found) - wanted).abs().amax(dim=1)
    return (apart / wanted.abs().amax(dim=1)).max().item()


def _compute(network: nn.Module, images: Tensor) -> Tensor:
    try:
        with torch.no_grad():
            return network(images)
    except RuntimeError as error:
        size, cause = "x".join(map(str, images.shape[2:])), " ".join(str(error).split())
        raise InputError(f"the network does not take images of {size} ({cause})") from error


def _require_libraries() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"ONNX files need onnx, onnxruntime and onnxscript ({error}): "
            f"pip install 'apnet-harness[onnx]'"
        ) from error


def _random_images(batch: int, height: int, width: int, recipe: Recipe) -> Tensor:
    generator = torch.Generator().manual_seed(batch)
    size = batch, height, width, 3
    return normalise(torch.randint(256, size, generator=generator, dtype=torch.uint8), recipe)


def _about(record: Run, settings: Settings, form: Form) -> dict[str, str]:
    """What the file says of itself; texts, as ONNX has them."""
    return {
        "model": record.model,
        "training_set": record.dataset,
        "reading": record.reading,
        "seed": str(record.seed),
        "settings_sha256": record.settings_sha256,
        "checkpoint_sha256": record.checkpoint_sha256,
        "training_size": f"{settings.recipe.height}x{settings.recipe.width}",
        "input": "N x 3 x height x width, float32, RGB, normalised",
        "normalisation": _normalisation(settings.recipe),
        "output": "logits" if form.feature == "logits" else "embedding, not normalised",
        "flip": "mean with the mirror image, inside" if form.flip else "none inside",
    }


def _normalisation(recipe: Recipe) -> str:
    ends = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 1, 1, 3)
    black, white = normalise(ends, recipe).double().flatten(1)
    deviation = 1 / (white - black)
    mean = -black * deviation
    numbers = [" ".join(f"{number:.6g}" for number in of.tolist()) for of in (mean, deviation)]
    return f"pixels / 255, minus {numbers[0]}, divided by {numbers[1]}"


def _write(
    network: nn.Module, images: Tensor, form: Form, about: dict[str, str], file: Path
) -> None:
    any_batch = ({0: torch.export.Dim("batch")},) if form.batch is None else None
    try:
        with torch.no_grad(), _quiet():
            program = torch.onnx.export(
                network,
                (images,),
                dynamo=True,
                dynamic_shapes=any_batch,
                input_names=[INPUT],
                output_names=["logits" if form.feature == "logits" else "embedding"],
                verbose=False,
            )
    except InputError:
        raise
    except Exception as error:
        # The exporter's own says at length where in its libraries it gave up.
        cause = " ".join(str(error.__cause__ or error).split())[:200]
        raise InputError(f"the exporter does not take {about['model']}: {cause}") from error
    program.model.metadata_props.update(about)
    program.save(str(file), external_data=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch says of its libraries, and of a network that it gives up on."""
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        yield
