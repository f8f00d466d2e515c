"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
TEST_ONLY = {"hypothesis", "pytest", "pytest-xdist", "ruff", "snakefmt"}


def lock():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def ranges():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["report"] + extras["test"]
    return [Requirement(text) for text in wanted]


def test_the_lock_satisfies_every_range():
    pins = lock()
    for requirement in ranges():
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_the_lock_installs_anywhere():
    for name, version in lock().items():
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version), f"{name}=={version} is a local build"


def test_conda_gets_the_same_versions():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    pins = dict(line.split("==") for line in conda["dependencies"][-1]["pip"])
    direct = {canonicalize_name(requirement.name) for requirement in ranges()} - TEST_ONLY
    assert {canonicalize_name(name) for name in pins} == direct
    assert {canonicalize_name(name): version for name, version in pins.items()} == {
        name: version for name, version in lock().items() if name in direct
    }


PAGES = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]
README = ROOT / "README.md"


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        assert link.startswith("http") or (page.parent / link).exists(), link


def test_every_page_is_listed():
    listed = re.findall(r"\]\(([^)#/]+)\)", (ROOT / "docs" / "README.md").read_text())
    assert {*listed, "README.md"} == {file.name for file in (ROOT / "docs").glob("*.md")}


@pytest.mark.parametrize("name", ["README.md", "CITATION.cff", ".snakemake-workflow-catalog.yml"])
def test_no_address_is_made_up(name):
    assert "://" not in (ROOT / name).read_text()


def test_readme_is_short_and_begins_with_two_commands():
    readme = README.read_text()
    assert readme.count("\n") <= 60
    first, second = re.findall(r"```sh\n(.*?)\n```", readme, flags=re.DOTALL)[:2]
    assert first.count("\n") == 0 and first.endswith("snakemake --cores 2 reports/table2.md")
    assert second == ".venv/bin/pytest"


def test_the_layout_is_as_the_files_say():
    made = runpy.run_path(ROOT / "docs" / "layout.py")
    written = (ROOT / "docs" / "layout.md").read_text()
    assert written == made["page"](), "run python docs/layout.py"
    lines = re.findall(r"^- `(.+?)`: (.*)$", written, flags=re.MULTILINE)
    assert [name for name, sentence in lines if len(sentence) < 8] == []
    modules = [f for room in ("apnet", "workflow") for f in (ROOT / room).rglob("*.py")]
    assert len(lines) > len(modules)


def test_the_tour_opens_files_that_exist_and_few_of_them():
    tour = (ROOT / "docs" / "tour.md").read_text()
    journeys = tour.split("\n## ")[1:]
    for journey, most in zip(journeys, (12, 9, 11), strict=True):
        stops = re.findall(r"^\d+\. \[`(.+?)`\]\(\.\./(.+?)\)", journey, flags=re.MULTILINE)
        assert 1 < len(stops) <= most and len(stops) == len(re.findall(r"^\d+\. ", journey, re.M))
        for shown, linked in stops:
            assert shown == linked and (ROOT / linked).is_file(), shown
