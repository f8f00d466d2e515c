"""What our commands add to click's: option groups, several values an option, a file a command."""

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from typing import Any

import click

from apnet.errors import InputError, one_of

GROUPS = RUN, DATA, MACHINE, OUTPUT, OTHER = (
    "What to run",
    "Data",
    "Machine",
    "Output",
    "Other options",
)


class Option(click.Option):
    """An option of a group in `--help`.

    Args:
        group: one of :data:`GROUPS`.
        several: takes all words up to the next option, as in `--data-root A B`.
    """

    def __init__(self, *args: Any, group: str, several: bool = False, **settings: Any) -> None:
        super().__init__(*args, multiple=several or settings.pop("multiple", False), **settings)
        self.group = group
        self.several = several


class Command(click.Command):
    """A command whose `--help` shows its options in their groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a section for each group."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for group in GROUPS:
            in_group = [option for option in options if getattr(option, "group", OTHER) == group]
            rows = [record for option in in_group if (record := option.get_help_record(ctx))]
            if rows:
                with formatter.section(group):
                    formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, after `--queries A B` has become `--queries A --queries B`.

        Raises:
            InputError: an option in the place of another's value.
        """
        self._refuse_options_as_values(args)
        several = {
            name
            for param in self.params
            if isinstance(param, Option) and param.several
            for name in param.opts
        }
        spread: list[str] = []
        option, has_value = None, False
        for word in args:
            if word.startswith("-"):
                option, has_value = (word if word in several else None), False
            elif option and has_value:
                spread.append(option)
            else:
                has_value = True
            spread.append(word)
        return super().parse_args(ctx, spread)

    def _refuse_options_as_values(self, args: list[str]) -> None:
        options = [param for param in self.params if isinstance(param, click.Option)]
        names = {name for option in options for name in option.opts}
        flags = {name for option in options if option.is_flag for name in option.opts}
        for word, following in pairwise(args):
            if word in names - flags and following in names | {"--help"}:
                raise InputError(f"{word} wants a value, and the option {following} follows it")


class Group(click.Group):
    """The commands that are files of a package, each loaded on first use.

    A file `import_checkpoint.py` holds the command `import-checkpoint` as `import_checkpoint`.

    Args:
        package: its dotted name.
    """

    def __init__(self, package: str, **settings: Any) -> None:
        super().__init__(no_args_is_help=False, **settings)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the alphabet."""
        folder = import_module(self._package).__path__
        return sorted(module.name.replace("_", "-") for module in iter_modules(folder))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        return getattr(import_module(f"{self._package}.{name}"), name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Split a command from its arguments.

        Raises:
            InputError: there is no such command.
        """
        known = self.list_commands(ctx)
        if args[0] not in known and not ctx.resilient_parsing:
            raise one_of("command", args[0], tuple(known))
        return super().resolve_command(ctx, args)


def command(function: Callable[..., None]) -> click.Command:
    """Make a function a command; its docstring is the help, `_` in its name becomes `-`."""
    return click.command(cls=Command)(function)


def option(group: str, *names: str, **settings: Any) -> Callable[[Callable], Callable]:
    """An :class:`Option` of a command."""
    return click.option(*names, cls=Option, group=group, **settings)


json_option = option(OUTPUT, "--json", "as_json", is_flag=True, help="print JSON")
