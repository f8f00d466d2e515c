"""`apnet models`: what networks there are."""

from collections.abc import Mapping

from apnet.cli.command import command, json_option
from apnet.cli.listing import first_line, show
from apnet.config.methods import methods
from apnet.config.names import ModelName, grammar, model_names, parse_model_name


@command
@json_option
def models(as_json: bool) -> None:
    """List the models: backbone, attention, levels."""
    names = [parse_model_name(text) for text in model_names()]
    show([_entry(name) for name in names], _words, as_json, f"Names are {grammar()}.")


def _entry(name: ModelName) -> dict[str, object]:
    return {
        "name": name.text,
        "backbone": name.backbone,
        "attention": None if name.baseline else name.attention,
        "level": None if name.baseline else name.level,
        "about": _about(name),
    }


def _about(name: ModelName) -> str:
    if name.baseline:
        return first_line(methods()[name.text].module)
    if name.stacked:
        return f"{name.attention} attention {name.level} times in series"
    if name.level:
        return f"{name.attention} attention, level {name.level}"
    return "SE in every block" if name.attention == "se" else "no attention"


def _words(entry: Mapping[str, object]) -> str:
    return f"{entry['backbone']}, {entry['about']}"
