"""The page of benchmarks/gpu_report.py, from what its parts have written so far."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from gpu_parts import Part

GOALS = {"training": (3_500, 5_000), "evaluation": 2.0}
"""Images per second of APNet-C2 at 384x192, first and next; seconds of msmt17 on the device."""


def page(folder: Path, states: dict[Part, dict]) -> str:
    """Markdown: the machine, the parts, and the results of those that have any."""
    rows = [row for part in states for row in _rows(folder / f"{part.name}.jsonl")]
    sections = [
        _head(states),
        _parts(states),
        _tests(folder),
        _training([row for row in rows if "line" in row and "sharing" not in row]),
        *(_profile(row) for row in rows if "profile" in row),
        _fusions([row for row in rows if "fusion" in row]),
        _evaluation([row for row in rows if "evaluation" in row]),
        _loading([row for row in rows if "loading" in row]),
        _sharing([row for row in rows if "sharing" in row]),
        _references(folder / "work" / "results"),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _rows(file: Path) -> list[dict]:
    """Lines of JSON; the last one may be cut off."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _head(states: dict[Part, dict]) -> str:
    machines = dict.fromkeys(state["machine"] for state in states.values() if state)
    return "\n".join(["# GPU report", "", *(f"- {machine}" for machine in machines)])


def _parts(states: dict[Part, dict]) -> str:
    def cells(part: Part, state: dict) -> list[str]:
        status = state.get("status", "not run")
        if state.get("why"):
            status += f": {state['why']}"
        return [part.name, part.title, status, _number(state.get("seconds"), 0)]

    rows = (cells(part, state) for part, state in states.items())
    return _table("Parts", ["part", "what", "how it ended", "s"], rows)


def _tests(folder: Path) -> str:
    title = "## Tests\n\n"
    try:
        cases = list(ElementTree.parse(folder / "tests.xml").iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return title + _tests_logged(folder / "logs" / "tests.log")
    bad = [case for case in cases if case.find("failure") is not None or _errs(case)]
    skipped = sum(case.find("skipped") is not None for case in cases)
    counts = f"{len(cases) - len(bad) - skipped} passed, {len(bad)} failed, {skipped} skipped."
    names = [f"- {case.get('classname')}::{case.get('name')}" for case in bad]
    return title + "\n".join([counts, *names])


def _errs(case: ElementTree.Element) -> bool:
    return case.find("error") is not None


def _tests_logged(log: Path) -> str:
    """What is known of tests that did not come to their end."""
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    counts = [f"{len(re.findall(word, text))} {word.lower()}" for word in ("PASSED", "FAILED")]
    return f"Not ended; until then {', '.join(counts)}."


def _training(rows: list[dict]) -> str:
    if not rows:
        return "## Training\n\nMissing."
    latest = {(row["model"], row["size"], row["line"]): row for row in rows if row["line"]}
    tables = dict.fromkeys((model, size) for model, size, _ in latest)
    text = [_side_by_side(latest, list(tables))]
    for model, size in tables:
        mine = [row for (m, s, _), row in latest.items() if (m, s) == (model, size)]
        header = ["", "images/s", "ratio", "step ms", "peak MiB", "MB moved", "share"]
        header += ["loss off", "features off", "first step s"]
        title = f"{model}, {size}, batch {mine[0]['batch']}"
        text.append(_table(title, header, map(_line, mine), level=3))
    return "\n\n".join(["## Training", *text])


def _side_by_side(latest: dict[tuple, dict], tables: list[tuple[str, str]]) -> str:
    """Images per second, a line a row and a model and size a column; then the goal."""
    lines = dict.fromkeys(line for _, _, line in latest)
    rows = []
    for line in lines:
        found = (latest.get((*table, line), {}) for table in tables)
        rows.append([line, *(_speed(row) for row in found)])
    header = ["", *(f"{model}, {size}" for model, size in tables)]
    text = _table("Images per second (ratio to plain)", header, rows, level=3)
    speeds = {
        line: row["images_per_second"]
        for (model, size, line), row in latest.items()
        if (model, size) == ("resnet50-apnet-c2:written", "384x192") and "error" not in row
    }
    if not speeds:
        return text
    best = max(speeds, key=speeds.get)
    first, second = GOALS["training"]
    return (
        f"{text}\n\nAPNet-C2 at 384x192, best: {speeds[best]:,.0f} images/s ({best}); "
        f"goals {first:,} and {second:,}."
    )


def _speed(row: dict) -> str:
    if not row:
        return "missing"
    if "error" in row:
        return "error"
    return f"{row['images_per_second']:,.0f} ({row['ratio']:.2f})"


def _line(row: dict) -> list[str]:
    if "error" in row:
        return [row["line"], row["error"], *[""] * 8]
    digits = {"images_per_second": 0, "ratio": 2, "step_ms": 2, "peak_mib": 0, "moved_mb": 0}
    shares = ("share", "loss_off", "features_off")
    return [
        row["line"],
        *(_number(row[name], digits_) for name, digits_ in digits.items()),
        *(f"{row[name]:.3%}" for name in shares),
        _number(row["first_step_s"], 1),
    ]


def _profile(row: dict) -> str:
    title = f"Profile: {row['model']}, {row['size']}, {row['profile']}"
    busy = f"A step keeps the device busy for {row['busy_ms']:.2f} ms."
    kinds = ([kind, _number(taken, 2)] for kind, taken in row["kinds"].items())
    top = (
        [f"`{kernel['kernel'][:110].replace('|', '/')}`", _number(kernel["ms"], 3),
         _number(kernel["calls"], 0)]
        for kernel in row["top"]
    )  # fmt: skip
    tables = [
        _table("Kinds", ["kind", "ms"], kinds, level=3),
        _table("Kernels", ["kernel", "ms", "calls"], top, level=3),
    ]
    return "\n\n".join([f"## {title}", busy, *tables])


def _fusions(rows: list[dict]) -> str:
    def cells(row: dict) -> list[str]:
        digits = {"kernels": 0, "plain_ms": 3, "fused_ms": 3, "ratio": 2}
        numbers = [_number(row.get(name), digits_) for name, digits_ in digits.items()]
        off = f"{row['off']:.3%}" if "off" in row else ""
        return [row["convolution"], row["fusion"].replace("_", " "), row["type"], *numbers, off]

    header = ["convolution", "with", "type", "kernels", "PyTorch ms", "fused ms", "ratio", "off"]
    return _table("Convolutions fused by cuDNN", header, map(cells, rows))


def _evaluation(rows: list[dict]) -> str:
    def cells(row: dict) -> list[str]:
        seconds = (_number(row[name], 3) for name in ("product", "whole", "distances", "sorting"))
        goal = f" (goal {GOALS['evaluation']:.0f} s)" if row["evaluation"] == "msmt17" else ""
        ratio = f"{row['whole'] / row['product']:.2f}"
        memory, accuracy = _number(row["memory_mib"], 0), f"{row['mAP']:.6f}"
        return [row["evaluation"] + goal, *seconds, ratio, memory, accuracy]

    header = ["", "product s", "whole s", "distances s", "ranking by sorting s"]
    header += ["whole / product", "MiB beside the features", "mAP"]
    return _table("Evaluation", header, map(cells, rows))


def _loading(rows: list[dict]) -> str:
    def cells(row: dict) -> Iterator[list[str]]:
        speeds = row["images_per_second"]
        for way, speed in speeds.items():
            ratio = speed / speeds["plain, float32"]
            yield [row["loading"], way, _number(speed, 0), f"{ratio:.2f}"]

    made = [line for row in rows for line in cells(row)]
    return _table("Loading", ["images", "way", "images/s", "ratio"], made)


def _sharing(rows: list[dict]) -> str:
    def cells(row: dict) -> list[str]:
        digits = {"images_per_second": 0, "ratio": 2, "slowest": 0, "reserved_mib": 0}
        numbers = (_number(row[name], digits_) for name, digits_ in digits.items())
        return [f"{row['sharing']} × {row['model']}, {row['size']}, {row['line']}", *numbers]

    header = ["trainings at once", "images/s of all", "ratio", "images/s of one", "MiB of one"]
    return _table("Sharing the device", header, map(cells, rows))


def _references(results: Path) -> str:
    def cells(run: Path) -> list[str]:
        record = json.loads(run.read_text(encoding="utf-8"))
        tested = run.parent / "test" / f"{record['dataset']}.json"
        found = json.loads(tested.read_text(encoding="utf-8")) if tested.exists() else {}
        scores = [found.get("mAP"), found.get("cmc", {}).get("1")]
        last = _rows(run.parent / "history.jsonl")[-1:]
        return [
            str(run.parent.relative_to(results)),
            *("missing" if score is None else f"{score:.1%}" for score in scores),
            _number(record["wall_seconds"], 0),
            *(_number(epoch.get("images_per_second"), 0) for epoch in last),
        ]

    rows = [cells(run) for run in sorted(results.rglob("run.json"))]
    header = ["run", "mAP", "rank-1", "training s", "images/s in the last epoch"]
    return _table("Reference runs", header, rows)


def _table(title: str, header: list[str], rows: Iterable[list[str]], level: int = 2) -> str:
    heading = f"{'#' * level} {title}\n\n"
    lines = [" | ".join(row) for row in rows]
    if not lines:
        return heading + "Missing."
    rule = " | ".join(["---"] * len(header))
    return heading + "\n".join(f"| {line} |" for line in [" | ".join(header), rule, *lines])


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
