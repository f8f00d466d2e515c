"""Signals that stop a process: of Ctrl-C, of a scheduler, and of a terminal that is closed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


class Stopped(KeyboardInterrupt):
    """A signal came that stops this process.

    Attributes:
        signal: its number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.signal = number


def stopping() -> tuple[signal.Signals, ...]:
    """The signals that stop: SIGINT, SIGTERM, and SIGHUP unless it is ignored, as under nohup."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *(() if ignored else (signal.SIGHUP,)))


def raise_when_stopped() -> None:
    """From now on have the first such signal raise :class:`Stopped`, and ignore those after it.

    A terminal and a parent process may both send one, and what the first one begins, such as
    removing a half-written file, has to end.
    """

    def stop(number: int, _frame: object) -> None:
        for each in stopping():
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for number in stopping():
        signal.signal(number, stop)


@contextmanager
def stop_signal() -> Iterator[list[int]]:
    """A list that gets the numbers of the signals that stop, as they come.

    What is done within is finished. In a thread, where Python takes no signals, it stays empty.
    """
    received: list[int] = []

    def receive(number: int, _frame: object) -> None:
        received.append(number)

    numbers = stopping() if current_thread() is main_thread() else ()
    before = {number: signal.signal(number, receive) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
