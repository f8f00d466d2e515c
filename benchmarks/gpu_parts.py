"""The parts of benchmarks/gpu_report.py, in order of worth."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

C2, RESNET = "resnet50-apnet-c2:written", "resnet50:written"
RELEASED, S2 = "resnet50-apnet-c2:released", "resnet50-apnet-s2:written"


@dataclass(frozen=True)
class Part:
    """One process of the report.

    Attributes:
        title: what it shows.
        command: what is run, in the report's folder.
        estimate: seconds that it takes on an H100 or H200, about; with fewer left it is skipped.
        limit: seconds after which it is ended, and what it has written by then is kept.
        timed: whether its times are the result; neighbours that are not timed run side by side.
    """

    name: str
    title: str
    command: tuple[str, ...]
    estimate: int
    limit: int
    timed: bool = True


@dataclass(frozen=True)
class Scale:
    """How large everything is.

    Attributes:
        large, small: sizes of images.
        steps: options of benchmarks/training.py for all its parts.
        lines: those that are computed at all, the plain one where a part has none of them;
            None for all.
        evaluations: sizes of benchmarks/evaluation.py.
        loading: options of benchmarks/loading.py.
        sharing: options of benchmarks/sharing.py.
        fusions: options of benchmarks/fusions.py.
        config: of the reference runs, in config/.
        tests: options of pytest.
        patience: what the limits are multiplied with.
        estimated: whether the estimates hold; otherwise all parts are begun.
    """

    large: str
    small: str
    steps: tuple[str, ...]
    lines: frozenset[str] | None
    evaluations: tuple[str, ...]
    loading: tuple[str, ...]
    sharing: tuple[str, ...]
    fusions: tuple[str, ...]
    config: str
    tests: tuple[str, ...]
    patience: int = 1
    estimated: bool = True


REAL = Scale(
    large="384x192",
    small="256x128",
    steps=(),
    lines=None,
    evaluations=("msmt17", "market1501"),
    loading=("--rounds", "3"),
    sharing=(),
    fusions=(),
    config="market-size",
    tests=("-m", "gpu", "-n", "4", "--dist", "load"),
)
TOY = Scale(
    large="64x32",
    small="32x32",
    steps=("--batch", "4", "--rounds", "1", "--threads", "1"),
    lines=frozenset({"plain", "+channels_last", "+graph"}),
    evaluations=("toy",),
    loading=("--sizes", "32x16", "--images", "80", "--rounds", "1"),
    sharing=("--batch", "4", "--runs", "1", "2", "--seconds", "0.5", "--line", "plain"),
    fusions=("--batch", "4", "--rounds", "1"),
    config="tiny",
    tests=("-n", "0"),
    patience=10,
    estimated=False,
)


def parts(scale: Scale, device: str, cores: int) -> list[Part]:
    """All parts."""
    plan = _Plan(scale, device, cores)
    large, small = scale.large, scale.small
    eager = ("plain", "+channels_last", "+bfloat16", "no-tf32")
    # What a capture that fails leaves behind may fail others, so it comes last.
    compiled = ("+compile", "+compile+graph")
    options = ("+1x1-as-mm", "+cooperative", "+1x1-as-mm+graph", "+cooperative+graph")
    switches = ("channels_last", "fused", "bfloat16", "+fused", "+tf32")
    found = [
        # First what needs no compiler: with cold caches that takes minutes.
        plan.training("c2", (C2,), large, (*eager, "tf32", "+graph"), (55, 120)),
        plan.training("resnet50", (RESNET,), large, (*eager, "+graph"), (45, 100)),
        plan.fusions(),
        # While the compiler has the processors, the device does what is not timed.
        plan.warm("warm-c2", C2, "+compile"),
        plan.warm("warm-c2-1x1", C2, "+1x1-as-mm"),
        plan.tests(),
        plan.data(),
        plan.training("c2-compiled", (C2,), large, compiled, (40, 120)),
        plan.training("c2-options", (C2,), large, options, (60, 160)),
        *(plan.evaluation(size) for size in scale.evaluations),
        plan.training("profile", (C2,), large, ("+compile",), (25, 60), "--profile"),
        plan.loading(),
        plan.sharing(),
        plan.training("c2-switches", (C2,), large, switches, (20, 40)),
        plan.training("others", (RELEASED, S2), large, (*eager, "+graph"), (30, 60)),
        plan.training("small", (C2, RESNET, RELEASED, S2), small, (*eager, "+graph"), (45, 90)),
        plan.training("resnet50-compiled", (RESNET,), large, compiled, (100, 200)),
        plan.training("c2-small", (C2,), small, compiled, (100, 200)),
        plan.training("s2-small", (S2,), small, compiled, (100, 200)),
        plan.training("released", (RELEASED,), large, compiled, (100, 200)),
        plan.training("resnet50-small", (RESNET,), small, compiled, (100, 200)),
        plan.training("c2-overhead", (C2,), large, ("+reduce-overhead",), (100, 200)),
        plan.training("c2-compile-alone", (C2,), large, ("compile",), (100, 200)),
        plan.reference("reference-s2", 110, 180, ("resnet50-apnet-s2/seed0",)),
        plan.training("c2-descent", (C2,), large, ("+coordinate-descent",), (150, 300)),
        plan.reference(
            "reference-seeds",
            360,
            600,
            [f"{m}/seed{s}" for m in ("resnet50", "resnet50-apnet-c2") for s in range(3)],
        ),
        plan.training(
            "c2-autotune", (C2,), large, ("+max-autotune", "+max-autotune+1x1+graph"), (300, 580)
        ),
    ]
    return [
        replace(
            part,
            estimate=part.estimate if scale.estimated else 0,
            limit=part.limit * scale.patience,
        )
        for part in found
    ]


@dataclass(frozen=True)
class _Plan:
    """Parts of each kind, at one scale on one device."""

    scale: Scale
    device: str
    cores: int

    def tests(self) -> Part:
        """The tests that need a GPU; at toy size some that need none."""
        files = [
            str(file)
            for file in sorted((ROOT / "tests" / "unit").glob("test_*.py"))
            if "mark.gpu" in file.read_text(encoding="utf-8")
        ]
        if self.scale is TOY:
            files = [str(ROOT / "tests" / "unit" / "test_pooling.py")]
        options = ("-v", "-p", "no:cacheprovider", "--junitxml", "tests.xml", *self.scale.tests)
        command = (sys.executable, "-m", "pytest", "--rootdir", str(ROOT), *options, *files)
        return Part("tests", "the GPU tests", command, 90, 170, timed=False)

    def warm(self, name: str, model: str, line: str) -> Part:
        """The compiler's work for a line, which its timing then finds done."""
        title = f"{line} of {model} compiled"
        options = ("--models", model, "--sizes", self.scale.large, "--warm")
        command = self._steps((line,), options)
        return Part(name, title, command, 160, 300, timed=False)

    def training(
        self,
        name: str,
        models: tuple[str, ...],
        size: str,
        lines: tuple[str, ...],
        seconds: tuple[int, int],
        *more: str,
    ) -> Part:
        """Lines of the training table."""
        options = ("--models", *models, "--sizes", size, "--json", f"{name}.jsonl", *more)
        command = self._steps(lines, options)
        models = ", ".join(models)
        return Part(name, f"training of {models} at {size}", command, *seconds)

    def _steps(self, lines: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
        kept = [line for line in lines if self.scale.lines is None or line in self.scale.lines]
        kept = kept or ["plain"]
        device = ("--device", self.device, *self.scale.steps)
        return self._script("training", "--lines", *kept, *device, *options)

    def evaluation(self, size: str) -> Part:
        """A whole evaluation beside the bare product."""
        name = f"evaluation-{size}"
        options = ("--size", size, "--device", self.device, "--json", f"{name}.jsonl")
        return Part(name, f"evaluation, {size}", self._script("evaluation", *options), 20, 70)

    def fusions(self) -> Part:
        """What cuDNN fuses into convolutions."""
        options = ("--size", self.scale.large, "--device", self.device, *self.scale.fusions)
        command = self._script("fusions", *options, "--json", "fusions.jsonl")
        return Part(
            "fusions", "convolutions with BatchNorm and ReLU fused by cuDNN", command, 30, 90
        )

    def data(self) -> Part:
        """The dataset of the reference runs."""
        target = f"resources/synthetic/{self.scale.config}/market1501"
        return Part("data", "Market-1501 drawn", self._workflow(target), 40, 120, timed=False)

    def loading(self) -> Part:
        """Images to batches."""
        command = self._script("loading", *self.scale.loading, "--json", "loading.jsonl")
        return Part("loading", "loading", command, 25, 60)

    def sharing(self) -> Part:
        """Several trainings on the device at once."""
        options = ("--model", C2, "--size", self.scale.large, "--device", self.device)
        options += (*self.scale.sharing, "--json", "sharing.jsonl")
        title = "1, 2 and 4 trainings at once"
        return Part("sharing", title, self._script("sharing", *options), 80, 150)

    def reference(
        self, name: str, estimate: int, limit: int, runs: list[str] | tuple[str, ...]
    ) -> Part:
        """Runs trained and evaluated by the workflow."""
        folder = f"results/{self.scale.config}/written/market1501"
        targets = [f"{folder}/{run}/test/market1501.json" for run in runs]
        title = f"reference runs: {', '.join(runs)}"
        return Part(name, title, self._workflow(*targets), estimate, limit)

    def _workflow(self, *targets: str) -> tuple[str, ...]:
        """Snakemake, in the folder `work`."""
        return (
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--workflow-profile", str(ROOT / "profiles" / "default"), "--directory", "work"),
            *("--cores", str(self.cores), "--scheduler", "greedy", "--nolock"),
            *("--configfile", str(ROOT / "config" / f"{self.scale.config}.yaml"), "--", *targets),
        )

    def _script(self, name: str, *options: str) -> tuple[str, ...]:
        return (sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *options)
