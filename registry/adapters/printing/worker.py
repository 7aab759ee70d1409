"""The printing process: `python -m registry.adapters.printing.worker FD TEMPLATES MEMORY SECONDS`.

Reads requests, writes answers, one at a time. Whatever is wrong with the facts is an answer; anything else
ends the process with a traceback, and the printer starts another.
"""

import gc
import json
import resource
import signal
import socket
import sys
from pathlib import Path

from registry.adapters import fonts
from registry.adapters.printing.frames import Kind, receive, send
from registry.adapters.printing.press import Press, Uncovered, Unusable
from registry.kernel.errors import Invalid

GRACE = 5  # seconds the printer has to end us itself; the alarm is for when it is gone


def main(line: socket.socket, templates: Path, memory: int, seconds: float) -> None:
    """Get warm, then answer until the other side has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the printer; we follow when the line closes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    press = Press(templates)
    press.warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    try:
        send(line, Kind.READY, b"")
        while True:
            kind, body = receive(line)
            signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
            send(line, *answer(press, kind, body))
            signal.setitimer(signal.ITIMER_REAL, 0)
    except (EOFError, ConnectionError):
        return


def answer(press: Press, kind: Kind, body: bytes) -> tuple[Kind, bytes]:
    """Make one document, or say what is wrong with its facts."""
    asked = json.loads(body)
    text = "".join(texts(asked["facts"]))
    if missing := fonts.uncovered(text):
        return Kind.UNCOVERED, fonts.spelled(missing).encode()
    try:
        if kind is Kind.SVG:
            return Kind.DONE, press.svg(asked["template"], asked["facts"])
        return Kind.DONE, press.pdf(asked["template"], asked["facts"])
    except Uncovered as refusal:
        return refusal.kind, refusal.characters.encode()
    except (Unusable, Invalid) as refusal:
        return Kind.UNUSABLE, str(refusal).encode()


def texts(value: object) -> list[str]:
    """Every text among the facts; pictures, which come as data URIs, are none."""
    if isinstance(value, str):
        return [] if value.startswith("data:") else [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for inner in value for text in texts(inner)] if isinstance(value, list) else []


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
