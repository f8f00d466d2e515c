"""A headless Chromium, spoken to over a pipe in its DevTools protocol; needs no driver."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--remote-debugging-pipe"),
]
SECONDS = 30


class Chromium:
    """One tab. Events of the protocol are kept in `events`."""

    def __init__(self):
        self.events, self._answers, self._last, self._rest = [], {}, 0, b""
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs, self._in = os.pipe()
        self._out, answers = os.pipe()
        self._process = subprocess.Popen(
            [PROGRAM, *FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(3, 4),
            preexec_fn=lambda: _place(theirs, answers),
        )
        os.close(theirs)
        os.close(answers)
        self._session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        self._folder.cleanup()

    def ask(self, method, **params):
        """The result of a command."""
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._in, json.dumps(message).encode() + b"\0")
        self._listen(lambda: number in self._answers)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url):
        """Load a page, and forget what was before."""
        self.events.clear()
        self.ask("Page.navigate", url=url)
        self._listen(lambda: self.of("Page.loadEventFired"))

    def follow(self, selector):
        """Click a link to another page, and wait for that."""
        self.events.clear()
        self.value(f"document.querySelector({json.dumps(selector)}).click()")
        self._listen(lambda: self.of("Page.loadEventFired"))

    def of(self, *methods):
        """The parameters of some events so far."""
        return [event["params"] for event in self.events if event["method"] in methods]

    def value(self, expression, context=None):
        """What a JavaScript expression gives, in the page or a frame's context."""
        where = {} if context is None else {"contextId": context}
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, **where)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def width(self, pixels, height=900):
        """Set the width of the window."""
        size = {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": pixels < 600}
        self.ask("Emulation.setDeviceMetricsOverride", **size)

    def media(self, media="", **features):
        """Set what the style sheet asks for, such as prefers_color_scheme="dark"."""
        asked = [{"name": name.replace("_", "-"), "value": to} for name, to in features.items()]
        self.ask("Emulation.setEmulatedMedia", media=media, features=asked)

    def _listen(self, enough):
        end = time.monotonic() + SECONDS
        while not enough():
            ready, *_ = select.select([self._out], [], [], max(0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            *messages, self._rest = (self._rest + os.read(self._out, 1 << 20)).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self.events.append(message)


def _place(commands, answers):
    """The browser reads from 3 and writes to 4; the pipes may be in the way."""
    commands, answers = (os.dup2(end, place) for end, place in ((commands, 60), (answers, 61)))
    os.dup2(commands, 3)
    os.dup2(answers, 4)
