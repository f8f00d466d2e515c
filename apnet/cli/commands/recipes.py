"""`apnet recipes`: what settings a training may have."""

from collections.abc import Mapping

from apnet.cli.command import command, json_option
from apnet.cli.listing import show
from apnet.config import recipes as known
from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbones
from apnet.config.methods import methods
from apnet.config.settings import paper_recipe


@command
@json_option
def recipes(as_json: bool) -> None:
    """List the recipes: networks, images, batch, length."""
    entries = [
        {"name": name, "about": _about(name), "settings": recipe.settings()}
        for name, recipe in known.recipes().items()
    ]
    settings = ", ".join(key for key in entries[0]["settings"] if key != "name")
    show(entries, _words, as_json, f"--set KEY=VALUE changes any of {settings}.")


def _about(name: str) -> str:
    kinds = [kind for kind, attention in ATTENTIONS.items() if attention.recipe == name]
    if kinds:
        bare = " and for none" if name == paper_recipe(next(iter(backbones()))) else ""
        return f"the paper's, for {' and '.join(kinds)} attention{bare}"
    models = [model for model, method in methods().items() if method.recipe_name == name]
    return f"for {', '.join(models)}" if models else "not the paper's"


def _words(entry: Mapping[str, object]) -> str:
    its = entry["settings"]
    steps = f" of {its['steps_per_epoch']} steps" if its["steps_per_epoch"] else ""
    start = "ImageNet weights" if its["pretrained"] else "nothing"
    return (
        f"{entry['about']}: {its['backbone_size']} networks from {start}, images of "
        f"{its['height']}x{its['width']}, {its['identities']} identities x {its['instances']} "
        f"images a batch, {its['epochs']} epochs{steps}, lr {its['lr']:g}"
    )
