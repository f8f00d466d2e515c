"""Command lines: what is wrong with one is a sentence, as with any other bad input."""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TextIO

from reproduction.errors import InputError, one_of, run_main
from reproduction.files import print_text


class Parser(argparse.ArgumentParser):
    """A parser without the lines of usage that argparse puts before each error."""

    def run(
        self, work: Callable[[argparse.Namespace], int | None], argv: Sequence[str] | None
    ) -> int:
        """Parse a command line and do the work; returns the status of :func:`run_main`."""
        return run_main(lambda: work(self.parse_args(argv)))

    def parse_known_args(
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As of argparse; the parser of a command names what is too much itself.

        Raises:
            InputError: a word or an option that the command does not have.
        """
        found, others = super().parse_known_args(args, namespace)
        for word in others:
            option, options = word.partition("=")[0], self._options()
            if not word.startswith("-"):
                self.error(f"{word!r} is one word too many")
            if not options:
                self.error(f"option {option!r} has to follow a command that knows it")
            raise one_of("option", option, options)
        return found, others

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            InputError: always.
        """
        raise InputError(f"{message}; see {self.prog} --help")

    def _print_message(self, message: str, file: TextIO | None = None) -> None:
        """Print help at once: when the process ends it is too late for a sentence and a status."""
        print_text(message)

    def _options(self) -> list[str]:
        return [*dict.fromkeys(re.findall(r"--[\w-]+", self.format_usage()))]

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            raise one_of(action.metavar or action.option_strings[0], value, action.choices)
