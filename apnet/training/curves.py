"""Learning curves of a run, from its history: losses and learning rate over the epochs."""

from pathlib import Path

from apnet.errors import InputError, one_of
from apnet.files import replaced
from apnet.records.findings import printable
from apnet.records.load import load_epoch, load_run
from apnet.records.paths import HISTORY, RECORD
from apnet.records.schema import Epoch, Run

FORMATS = ("svg", "png", "pdf")

_LOSSES = {"loss": "loss", "identity_loss": "identity", "triplet_loss": "triplet"}
_SYNTHETIC = "synthetic data: says nothing about the paper"
_STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    # Otherwise the names inside an SVG are drawn at random.
    "svg.hashsalt": "apnet",
}
_UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def draw_curves(run: Path, out: Path) -> None:
    """Draw the history of the run in folder `run`, finished or not, into `out`.

    Args:
        out: .svg, .png or .pdf.

    Raises:
        InputError: no history, or one that is damaged; a damaged record; an unknown format;
            no matplotlib.
    """
    suffix = out.suffix.removeprefix(".")
    if suffix not in FORMATS:
        raise one_of("format of a figure", suffix, FORMATS)
    entries = read_history(run / HISTORY)
    record = load_run(run / RECORD) if (run / RECORD).exists() else None
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            "curves need matplotlib: install it, or apnet-harness[report], which holds it"
        ) from error
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(6, 4.2), layout="constrained")
        losses, rates = figure.subplots(2, sharex=True, height_ratios=(3, 1))
        epochs = [entry.epoch for entry in entries]
        # A curve of one epoch would be nothing without a point.
        marker = "o" if len(epochs) < 20 else ""
        for (key, label), style in zip(_LOSSES.items(), ("-", "--", ":"), strict=True):
            values = [getattr(entry, key) for entry in entries]
            losses.plot(epochs, values, style, label=label, marker=marker, markersize=3)
        losses.set_ylabel("mean over the epoch")
        losses.legend(frameon=False)
        rates.plot(epochs, [entry.lr for entry in entries], color="0.3", drawstyle="steps-mid")
        rates.set_yscale("log" if all(entry.lr > 0 for entry in entries) else "linear")
        rates.set_ylabel("learning rate")
        rates.set_xlabel("epoch")
        rates.xaxis.get_major_locator().set_params(integer=True)
        # Two $ in the name of a folder are not a formula.
        title = printable(_title(run, record, len(entries)))
        figure.suptitle(title, fontsize=8, parse_math=False)
        if record and record.data.synthetic:
            figure.text(
                *(0.5, 0.55, _SYNTHETIC), fontsize=15, color="0.6", alpha=0.5, rotation=20,
                ha="center", va="center",
            )  # fmt: skip
        with replaced(out) as temporary:
            figure.savefig(temporary, format=suffix, metadata=_UNDATED[suffix])


def read_history(file: Path) -> list[Epoch]:
    """The epochs of a history; a last line without an end is one still being written.

    Raises:
        InputError: absent, empty or damaged.
    """
    try:
        whole = file.read_bytes().rpartition(b"\n")[0]
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    entries = []
    for number, line in enumerate(whole.splitlines(), start=1):
        entry, faults = load_epoch(line)
        if entry is None:
            raise InputError(f"{file}: line {number} is not an epoch ({faults[0]})")
        entries.append(entry)
    if not entries:
        raise InputError(f"{file} has no epoch yet: wait for the first to end")
    return entries


def _title(run: Path, record: Run | None, epochs: int) -> str:
    if record is None:
        return f"{run}: {epochs} epochs of a run that has not ended"
    names = f"{record.model}, {record.dataset}, {record.reading}, {record.recipe}"
    return f"{names}, seed {record.seed}"
