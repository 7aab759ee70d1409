"""The printing processes: limited, replaced when they die, gone when nobody needs them."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.adapters.printing import DoesNotFit, PrinterFailed, WeasyPrinter
from registry.adapters.printing.press import DataOnly
from tests.adapters import papers
from tests.adapters.reading import text_of

ROOT = Path(__file__).parents[2]
PLAIN = "<html lang=zh-CN><title>文</title><p>{{ words }}</p></html>"
ENDLESS = "<html lang=zh-CN><title>文</title>{% for n in range(10 ** 12) %}{% if n < 0 %}{% endif %}{% endfor %}</html>"
GREEDY = "<html lang=zh-CN><title>文</title>{{ ('甲' * 10 ** 10) | length }}</html>"
DIES_WITHOUT_A_WORD = """
import os, signal, sys
from pathlib import Path
from registry.adapters.printing import WeasyPrinter
printer = WeasyPrinter(Path(sys.argv[1]), Path(sys.argv[2]))
printer.pdf("plain", {"words": "甲"})
print(*printer.pids, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
FORKS = """
import os, sys
from pathlib import Path
from registry.adapters.printing import WeasyPrinter
printer = WeasyPrinter(Path(sys.argv[1]), Path(sys.argv[2]))
printer.pdf("plain", {"words": "甲"})
parents = printer.pids
child = os.fork()
paper = printer.pdf("plain", {"words": "乙" if child == 0 else "丙"})
if child == 0:
    os._exit(0 if printer.pids != parents else 1)
failed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(failed or printer.pids != parents or printer.pdf("plain", {"words": "丙"}) != paper)
"""


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was never asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends_within(seconds: float, pid: int) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pid)


def test_nothing_runs_before_the_first_paper_and_after_the_last(workshop):
    printer = workshop({"plain.html": PLAIN})
    assert printer.pids == []

    printer.pdf("plain", {"words": "甲"})
    (pid,) = printer.pids
    printer.close()

    assert not alive(pid)
    with pytest.raises(PrinterFailed):
        printer.pdf("plain", {"words": "甲"})


def test_a_killed_process_is_replaced(workshop):
    printer = workshop({"plain.html": PLAIN})
    printer.pdf("plain", {"words": "甲"})
    (killed,) = printer.pids

    os.kill(killed, signal.SIGKILL)
    assert ends_within(5, killed)

    assert text_of(printer.pdf("plain", {"words": "乙"})) == "乙"
    assert printer.pids != [killed]


def test_a_paper_that_takes_too_long_is_given_up_and_the_next_one_printed(workshop):
    printer = workshop({"plain.html": PLAIN, "endless.html": ENDLESS}, seconds=1)

    with pytest.raises(PrinterFailed, match="1 秒"):
        printer.pdf("endless", {})

    assert text_of(printer.pdf("plain", {"words": "乙"})) == "乙"


def test_a_paper_that_eats_memory_is_given_up_and_the_next_one_printed(workshop):
    printer = workshop({"plain.html": PLAIN, "greedy.html": GREEDY})

    with pytest.raises(PrinterFailed):
        printer.pdf("greedy", {})

    assert text_of(printer.pdf("plain", {"words": "乙"})) == "乙"


def test_a_process_is_renewed_after_so_many_papers(workshop):
    printer = workshop({"plain.html": PLAIN}, jobs=2)
    seen = set()
    for words in "甲乙丙丁":
        assert text_of(printer.pdf("plain", {"words": words})) == words
        seen |= set(printer.pids)

    assert len(seen) == 3


def test_every_thread_gets_its_own_paper(workshop):
    printer = workshop({"plain.html": PLAIN}, workers=2)
    words = [f"第{count}份" for count in range(24)]

    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda said: text_of(printer.pdf("plain", {"words": said})), words))

    assert read == words
    assert len(printer.pids) == 2


def test_who_waits_too_long_for_a_free_process_is_told(workshop):
    printer = workshop({"plain.html": PLAIN}, workers=0, waiting_seconds=0.1)

    with pytest.raises(PrinterFailed, match="任务过多"):
        printer.pdf("plain", {"words": "甲"})


def test_no_process_outlives_a_server_that_dies_without_a_word(workshop, tmp_path):
    workshop({"plain.html": PLAIN})

    server = subprocess.run(
        [sys.executable, "-c", DIES_WITHOUT_A_WORD, str(tmp_path), str(ROOT / "var/fonts")],
        stdout=subprocess.PIPE, cwd=ROOT, check=False, timeout=60,
    )

    assert server.returncode == -signal.SIGKILL
    assert ends_within(5, int(server.stdout))


def test_a_fork_of_the_server_never_speaks_into_its_parents_line(workshop, tmp_path):
    workshop({"plain.html": PLAIN})

    server = subprocess.run(
        [sys.executable, "-c", FORKS, str(tmp_path), str(ROOT / "var/fonts")], cwd=ROOT, check=False, timeout=60,
    )

    assert server.returncode == 0


def test_it_prints_without_the_trimmed_fonts(tmp_path):
    printer = WeasyPrinter(ROOT / "templates/print", fonts=tmp_path / "none")

    assert papers.RARE in text_of(printer.pdf("authorisation", papers.authorisation()))

    printer.close()


@pytest.mark.parametrize("address", [
    "file:///etc/passwd", "FILE:///etc/passwd", "http://127.0.0.1/", "ftp://127.0.0.1/", "/etc/passwd",
])
def test_the_fetcher_reads_nothing_but_the_document_itself(address):
    with pytest.raises(BaseException) as refused:  # noqa: PT011 — WeasyPrint's own is meant to pass every `except`
        DataOnly(allowed_protocols=("data",)).fetch(address)
    assert not isinstance(refused.value, Exception)


@pytest.mark.parametrize("tag", [
    "<link rel=attachment href='file:///etc/passwd'>", "<img alt='' src='file:///etc/passwd'>",
    "<link rel=stylesheet href='http://127.0.0.1:9/a.css'>", "<img alt='' src='http://127.0.0.1:9/a.png'>",
    "<style>@import 'file:///etc/passwd'</style>", "<svg><image href='file:///etc/passwd' width='9' height='9'/></svg>",
])
def test_a_form_that_asks_for_more_is_not_printed(workshop, tag):
    printer = workshop({"nosy.html": f"<html lang=zh-CN><title>文</title>{tag}<p>文</p></html>"})

    with pytest.raises((PrinterFailed, DoesNotFit)):
        printer.pdf("nosy", {})
