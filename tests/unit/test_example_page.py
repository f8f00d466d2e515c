"""The invented example of docs/reading-a-table.md is what comes out, and holds every sign."""

import runpy
from pathlib import Path

from reproduction.report.text import SIGNS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_example_is_as_made_and_every_sign_occurs():
    made = runpy.run_path(DOCS / "example.py")
    written = (DOCS / "reading-a-table.md").read_text()
    assert written == made["page"](), "run python docs/example.py"
    shown = written.partition(made["BEGIN"])[2].partition(made["END"])[0]
    assert all(f" {sign}" in shown for sign in SIGNS.values())
    assert all(word in shown for word in ("n/c", "failed", "not run", "– /", "68.0"))
