"""What may be on in a training step, a line of benchmarks/training.py each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from apnet.training.trainer import Trainer


@dataclass(frozen=True)
class Line:
    """How a step is computed.

    Attributes:
        settings: of the recipe.
        compiler: options of `torch.compile` that no setting has; the network is compiled.
        graph: from the second step on, the whole step is one CUDA graph.
        tf32: in every product of float32, or in none; None as PyTorch has it, which on a GPU
            is in convolutions alone.
    """

    settings: dict[str, object]
    compiler: dict[str, object] | None = None
    graph: bool = False
    tf32: bool | None = None

    @property
    def compiled(self) -> bool:
        """Whether the network goes through `torch.compile`."""
        return bool(self.settings["compile"]) or self.compiler is not None


def _plain(**changed: object) -> dict[str, object]:
    off = {"precision": "float32", "channels_last": False, "fused": False, "compile": False}
    return off | changed


_LAST = _plain(channels_last=True)
_FUSED = _LAST | {"fused": True}
_HALF = _FUSED | {"precision": "bfloat16"}
_COMPILED = _HALF | {"compile": True}
_MAX = {"max_autotune": True, "coordinate_descent_tuning": True}

LINES = {
    "plain": Line(_plain()),
    "no-tf32": Line(_plain(), tf32=False),
    "tf32": Line(_plain(), tf32=True),
    "channels_last": Line(_LAST),
    "fused": Line(_plain(fused=True)),
    "bfloat16": Line(_plain(precision="bfloat16")),
    "compile": Line(_plain(compile=True)),
    "+channels_last": Line(_LAST),
    "+fused": Line(_FUSED),
    "+tf32": Line(_FUSED, tf32=True),
    "+bfloat16": Line(_HALF),
    "+graph": Line(_HALF, graph=True),
    "+compile": Line(_COMPILED),
    "+compile+graph": Line(_COMPILED, graph=True),
    "+reduce-overhead": Line(_HALF, {"triton.cudagraphs": True}),
    "+1x1-as-mm": Line(_HALF, {"conv_1x1_as_mm": True}),
    "+1x1-as-mm+graph": Line(_HALF, {"conv_1x1_as_mm": True}, graph=True),
    "+cooperative": Line(_HALF, {"triton.cooperative_reductions": True}),
    "+cooperative+graph": Line(_HALF, {"triton.cooperative_reductions": True}, graph=True),
    "+coordinate-descent": Line(_HALF, {"coordinate_descent_tuning": True}),
    "+max-autotune": Line(_HALF, _MAX),
    "+max-autotune+1x1+graph": Line(_HALF, _MAX | {"conv_1x1_as_mm": True}, graph=True),
}
"""By name. A name with a plus is that on top of what `+bfloat16` has: channels last, the
optimiser in one call, bfloat16 (`+channels_last`, `+fused` and `+tf32` on the way there)."""

ADDED = ("plain", "+channels_last", "+fused", "+bfloat16", "+compile")
"""Each with one setting of the recipe more than the one before."""


def step_of(
    line: Line, trainer: Trainer, images: torch.Tensor, labels: torch.Tensor
) -> Callable[[], None]:
    """A step as the line has it, of a trainer that was made with its settings."""
    if line.compiler is not None:
        trainer.model.compile(options=line.compiler)
    take = _Graphed(trainer, images, labels) if line.graph else trainer.train_step

    def step() -> None:
        with tf32(line.tf32):
            take(images, labels)

    return step


@contextmanager
def tf32(allowed: bool | None) -> Iterator[None]:
    """Allow TF32 in convolutions and matrix products of a GPU, or forbid it; None: as it is."""
    places = (torch.backends.cudnn, torch.backends.cuda.matmul) if allowed is not None else ()
    before = [place.allow_tf32 for place in places]
    for place in places:
        place.allow_tf32 = allowed
    try:
        yield
    finally:
        for place, was in zip(places, before, strict=True):
            place.allow_tf32 = was


class _Graphed:
    """A trainer's steps of batches of one shape, at one learning rate, as one CUDA graph.

    The first call takes a step as ever, which compiles, chooses kernels and makes Adam's state;
    the second captures a step and takes it; later ones take it again.
    """

    def __init__(self, trainer: Trainer, images: torch.Tensor, labels: torch.Tensor) -> None:
        self._trainer = trainer
        self._batch = images.clone(), labels.clone()
        # As PyTorch asks, one stream beside the usual one for what comes before, and the capture.
        self._aside = torch.cuda.Stream()
        self._warm, self._graph = False, None
        for group in trainer._optimiser.param_groups:
            group["capturable"] = True

    def __call__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        for place, given in zip(self._batch, (images, labels), strict=True):
            place.copy_(given)
        if not self._warm:
            self._warm_up()
            return
        if self._graph is None:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, stream=self._aside):
                self._trainer.train_step(*self._batch)
            self._graph = graph
        self._graph.replay()

    def _warm_up(self) -> None:
        self._aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._aside):
            self._trainer.train_step(*self._batch)
        torch.cuda.current_stream().wait_stream(self._aside)
        self._warm = True
