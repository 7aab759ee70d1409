"""The inspectors' own process: `python -m registry.documents.inspectors.server FD`, started by documents.inspecting.

It holds the inspectors, imported once, and nothing else; one thread, which opens no file. Each question on the line FD
is "<inspector> <path>" with one end of a socket pair, and gets a fork of its own, which confines itself before
it looks into the file. The fork first sends a handle on itself, to be killed by, then what frame.said writes.
When the line ends, so do all of them.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

from PIL import Image

from registry.documents.inspectors import frame, ofd, opaque, pdf, picture, revit

LONGEST = 1 << 13  # bytes of a question: a path has 4096 at most
INSPECTORS: dict[str, tuple[Callable[[str], frame.Facts], str]] = {
    "ofd": (ofd.inspect_ofd, frame.ZIP),
    "opaque": (opaque.inspect_opaque, ""),
    "pdf": (pdf.inspect_pdf, frame.PDF),
    "picture": (picture.inspect_picture, ""),
    "revit": (revit.inspect_revit, ""),
}
"""What looks into a kind, and the one face a file of it has."""


def main(line: socket.socket) -> None:
    """Fork for each question until the other side has gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork: its socket says when it has ended
    load()
    gc.collect()
    gc.freeze()
    while True:
        question, handles, _flags, _address = socket.recv_fds(line, LONGEST, 1)
        if not question:
            os.killpg(0, signal.SIGKILL)
        with socket.socket(fileno=handles[0]) as asker:
            if os.fork() == 0:
                line.close()
                look(asker, *os.fsdecode(question).split(" ", 1))


def load() -> None:
    """Load what the decoders would load with the first picture, so that no fork need do it."""
    Image.preinit()
    picture.time_of("2024:05:06 08:30:00", None)


def look(asker: socket.socket, inspector: str, path: str) -> None:
    """Answer one question, in a fork of its own, and end."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        socket.send_fds(asker, [b"\n"], [os.pidfd_open(os.getpid())])
        os.dup2(asker.fileno(), sys.stdout.fileno())
        os.dup2(sys.stdin.fileno(), sys.stderr.fileno())  # /dev/null: what a file makes a decoder say is no news
        os.closerange(sys.stderr.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        frame.confine()
        json.dump(frame.said(path, *INSPECTORS[inspector]), sys.stdout)
        sys.stdout.flush()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
