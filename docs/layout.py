"""Write what each file is for into docs/layout.md: `python docs/layout.py`."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "layout.md"
FOLDERS = ("apnet", "reproduction", "workflow", "paper", "config", "profiles", "benchmarks", "docs")
BEGIN, END = "<!-- made by docs/layout.py -->\n", "<!-- end -->\n"


def page() -> str:
    """The page as it ought to be: what people wrote, with the files' lines between the marks."""
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.partition(BEGIN)[0], text.partition(END)[2]
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if _has_line(file)]
    folders: dict[Path, list[str]] = {}
    for file in sorted(files, key=lambda file: (FOLDERS.index(_room(file)), file.parent, file)):
        line = f"- `{file.name}`: {sentence(file)}\n"
        folders.setdefault(file.parent.relative_to(ROOT), []).append(line)
    blocks = [f"### `{folder}/`\n\n{''.join(lines)}" for folder, lines in folders.items()]
    return head + BEGIN + "\n" + "\n".join(blocks) + "\n" + END + tail


def _room(file: Path) -> str:
    return file.relative_to(ROOT).parts[0]


def _has_line(file: Path) -> bool:
    return file.suffix in {".py", ".smk", ".yaml"}


def sentence(file: Path) -> str:
    """The first sentence of a file's docstring or comment, or the title of what it holds."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        about = ast.get_docstring(ast.parse(text)) or ""
    elif file.suffix == ".smk":
        rules = ", ".join(f"`{name}`" for name in re.findall(r"^ *rule (\w+):", text, flags=re.M))
        about = text[3:].partition('"""')[0] if text.startswith('"""') else f"rules: {rules}"
    elif comment := re.match(r"(#.*\n)+", text):
        about = re.sub(r"^# ?", "", comment[0], flags=re.MULTILINE)
    else:
        held = yaml.safe_load(text)
        about = held.get("title") or held["caption"]
    first = " ".join(about.split("\n\n")[0].split())
    return re.split(r"(?<!Fig)\.(?: |$)", first)[0].rstrip(":").replace("<", "\\<")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
