"""Commands of rules: every word quoted for the shell, and for Snakemake, which formats them.

What Snakemake puts in is quoted by `:q` in the rule. What is known before, by :func:`in_shell`.
"""

import os
import shlex
import sys
from pathlib import Path

from apnet.errors import InputError


def literal(text: str) -> str:
    """Text that comes out of Snakemake's formatting as it is: its braces doubled."""
    return text.replace("{", "{{").replace("}", "}}")


def in_shell(*words: str) -> str:
    """Words quoted for a rule's command."""
    return literal(shlex.join(words))


def share_interpreter() -> None:
    """Let jobs run the Python of this process, also when its environment is not activated."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def attempt(root: Path) -> str:
    """The start of a rule's command: our code, whatever packages the working directory holds.

    Args:
        root: the checkout.

    Raises:
        InputError: Python cannot import from a path with a colon.
    """
    if os.pathsep in str(root):
        raise InputError(
            f"{root}: Python imports nothing from a path with {os.pathsep!r} in it: move the "
            f"checkout to another folder"
        )
    given = literal("${PYTHONPATH:+:$PYTHONPATH}")
    environment = f"PYTHONSAFEPATH=1 PYTHONPATH={in_shell(str(root))}{given}"
    # No shell stands between, which a signal would end before the job has saved its state.
    return f"{environment} exec python -m workflow.lib.jobs"
