"""Write the invented example of docs/reading-a-table.md: `python docs/example.py`."""

import tempfile
from pathlib import Path

from reproduction import judge, load_paper, read_results, render

PAGE = Path(__file__).with_name("reading-a-table.md")
BEGIN, END = "<!-- example: python docs/example.py writes it -->\n\n", "<!-- end -->"

_TABLE = """\
table: {name}
kind: {kind}
number: "{number}"
heading: Invented model
caption: INVENTED NUMBERS, TO SHOW EVERY SIGN.
summary: invented numbers
metrics: {{{metric}: {{unit: {unit}, better: higher, decimals: {decimals}{tolerance}}}}}
columns: [{{key: invented, label: Invented set, metrics: [{metric}]}}]
notes: []
rows:
"""
_ROW = """\
  - {{id: {id}, label: {label}, latex: {label}, citation: null, experiment: {experiment},
     group: all, cells: {{invented: {{{metric}: {reported}}}}}, bold: []}}
"""
_ACCURACY = {
    "settled": ("80.0", [80.1, 79.9, 80.0]),
    "above": ("70.0", [72.4, 72.6, 72.5]),
    "below": ("75.0", [72.1, 71.9, 72.0]),
    "open": ("65.0", [65.5, 65.3, 65.4]),
    "near": ("60.0", [60.2]),
    "over": ("55.0", [57.0]),
    "under": ("50.0", [48.0]),
    "other recipe": ("85.0", [84.0, 84.2, 84.1]),
    "unprinted": ("null", [40.0, 40.2, 40.1]),
    "broken": ("90.0", []),
    "still to run": ("91.0", None),
    "of others": ("68.0", None),
}
"""Reported, and a value a seed; of `broken` the job failed."""

_COUNTS = {"counted": ("1200", [1200]), "miscounted": ("1300", [1290])}


def example() -> str:
    """The two reports, their headings lowered to those of the page."""
    return "\n".join(
        report.replace("\n## ", "\n#### ").replace("# Table", "### Table", 1)
        for report in _reports()
    )


def page() -> str:
    """The page with the example as it is made now."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}{example()}\n{END}{after}"


def _reports() -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tables").mkdir()
        accuracy = {"kind": "accuracy", "metric": "mAP", "unit": "percent", "decimals": 1}
        count = {"kind": "count", "metric": "images", "unit": "images", "decimals": 0}
        _write(folder, "table1", _ACCURACY, number="A", tolerance=", tolerance: 0.5", **accuracy)
        _write(folder, "table2", _COUNTS, number="B", tolerance="", **count)
        (folder / "results.csv").write_text("\n".join(_lines()), encoding="utf-8")
        paper = load_paper(folder)
        cells = judge(paper, read_results(folder / "results.csv"))
        return [render(judged, paper.tables[judged.table]) for judged in cells]


def _write(folder: Path, name: str, rows: dict, **about: object) -> None:
    text = _TABLE.format(name=name, **about)
    for label, (reported, _) in rows.items():
        experiment = "null" if label == "of others" else f'"{label}"'
        identity = label.replace(" ", "-")
        text += _ROW.format(
            id=identity, label=label, experiment=experiment, reported=reported, **about
        )
    (folder / "tables" / f"{name}.yaml").write_text(text, encoding="utf-8")


def _lines() -> list[str]:
    lines = ["experiment,test_set,metric,value,seed,comparable,why_not,status,message"]
    for label, (_, values) in _ACCURACY.items():
        why = "false,trained with another recipe" if label == "other recipe" else ","
        for seed, value in enumerate(values or []):
            lines.append(f"{label},invented,mAP,{value},{seed},{why},,")
    lines.append("broken,invented,mAP,,0,,,failed,out of memory")
    for label, (_, values) in _COUNTS.items():
        lines.append(f"{label},invented,images,{values[0]},,,,,")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
