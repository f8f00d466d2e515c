"""The one error that a user is meant to read."""


class InputError(Exception):
    """Bad input. Its message is one sentence: what is wrong, where, what to do.

    The command line prints the message to stderr, without a traceback, and
    exits with status 2.
    """


def one_of(kind: str, value: object, known: tuple[str, ...]) -> InputError:
    """An :class:`InputError` for an unknown name that lists the known ones."""
    return InputError(f"unknown {kind} {value!r}: choose one of {', '.join(known)}")
