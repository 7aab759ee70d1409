"""A pledge signed on the platform, whole, against printing alone on the same cores.

Sixteen clients in one process share as many printing workers as there are cores. The two take turns, round by
round; the median counts:

    sign    sign_pledge: second factor, printing to PDF/A-3a, the file durable in the store, record, ledger
    print   the same papers by the same printer, and nothing else

The terms come from benchmarks.crowd; their holders are given identity numbers and authenticators here, and
their pledges taken away again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from os import cpu_count
from statistics import median
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pyotp

from benchmarks.crowd import settle, superuser
from benchmarks.ground import FONTS, FORMS, Ground, ground
from benchmarks.measuring import Effort, Line, Measured, Sense
from registry.accounts.proof import totp_place
from registry.adapters.printing import WeasyPrinter
from registry.kernel.actor import Actor, Role
from registry.kernel.uow import Units
from registry.pledges.actions import Signing, sign_pledge
from registry.pledges.papers import Paperwork, number_of, signed_facts
from registry.projects.models import TERM_IN_FULL, Term
from registry.standards import handbook as standards
from tests import build
from tests.accounts.build import SECRET

BAR = 0.8
CLIENTS = 16
PROJECTS = {Effort.FULL: 1_000, Effort.QUICK: 100}
SIGNERS = {Effort.FULL: 1_500, Effort.QUICK: 150}
SECONDS = {Effort.FULL: 10.0, Effort.QUICK: 3.0}
ROUNDS = {Effort.FULL: 5, Effort.QUICK: 1}

Act = Callable[[], object]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Signer:
    actor: Actor
    term: UUID


def enrol(place: Ground, count: int) -> list[Signer]:
    """Give `count` leaders what they need to sign for one term each."""
    vault = place.units.tools.vault
    signers = []
    with superuser(place) as connection:
        rows = connection.execute(
            b"SELECT DISTINCT ON (t.person_id) t.id, t.person_id, t.person_name, p.organisation_id FROM term AS t"
            b" JOIN participation AS p ON p.id = t.participation_id ORDER BY t.person_id, t.id LIMIT %s", [count],
        ).fetchall()
        for term, person, name, firm in rows:
            account = uuid4()
            connection.execute(b"DELETE FROM pledge WHERE term_id = %s", [term])
            connection.execute(
                b"UPDATE person SET identity_sealed = %s WHERE id = %s",
                [vault.seal(build.identity(), f"person/identity/{person}"), person],
            )
            connection.execute(
                b"INSERT INTO account (id, person_id, organisation_id, name, login, password_hash, totp_sealed, totp_last_step,"
                b" state, created_at, version) VALUES (%s, %s, %s, %s, %s, '', %s, 0, 'active', now(), 1)",
                [account, person, firm, name, account.hex, vault.seal(SECRET, totp_place(account))],
            )
            actor = Actor(account, person, firm, str(name), "", frozenset({Role.PROJECT_LEADER}), fresh=True)
            signers.append(Signer(actor, term))
    return signers


def signing(units: Units, signers: Iterator[Signer]) -> Act:
    def act() -> object:
        signer = next(signers)
        with units.writing(signer.actor) as uow:
            return sign_pledge(uow, signer.term, Signing(pyotp.TOTP(SECRET).at(uow.at), build.DRAWING))

    return act


def papers(units: Units, signers: list[Signer]) -> list[dict[str, object]]:
    """What a pledge of each signer is printed from."""
    found = []
    for signer in signers:
        with units.reading(signer.actor) as uow:
            term = uow.get(Term, signer.term, *TERM_IN_FULL)
            region = term.participation.project.region
            post = standards.post(uow.session, term.post, region, uow.today)
            wording = standards.wording(uow.session, post.wording, region, uow.today)
            found.append(signed_facts(uow, Paperwork(
                term, post, wording.content, wording.edition, number_of("CN", term, uuid4()), uow.today,
            )))
    return found


def rate(act: Act, seconds: float) -> float:
    """Return acts a second by sixteen threads together; one begun in time counts as far as it got."""
    done = [0] * CLIENTS
    began = perf_counter()

    def run(place: int) -> None:
        while perf_counter() < began + seconds:
            act()
            done[place] += 1

    threads = [threading.Thread(target=run, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (perf_counter() - began)


def measure(effort: Effort) -> Measured:
    with ground() as place:
        settle(place, PROJECTS[effort])
        printer = WeasyPrinter(FORMS, fonts=FONTS, workers=cpu_count() or 1)
        try:
            units = Units(place.engine, replace(place.units.tools, printer=printer))
            figures = race(units, enrol(place, SIGNERS[effort]), effort)
        finally:
            printer.close()
    return Measured([Line("签署承诺书(含打印) ÷ 只打印", Sense.AT_LEAST, BAR, figures["ratio"])], figures)


def race(units: Units, signers: list[Signer], effort: Effort) -> dict[str, Any]:
    waiting = Shared(signers)
    sheets = Shared(cycle(papers(units, signers[-50:])))
    sign = signing(units, waiting)

    def only_print() -> object:
        return units.tools.printer.pdf("pledge", next(sheets))

    for warm in (sign, only_print):
        rate(warm, 1.0)
    rounds = [[rate(sign, SECONDS[effort]), rate(only_print, SECONDS[effort])] for _round in range(ROUNDS[effort])]
    signed, printed = (median(column) for column in zip(*rounds, strict=True))
    return {
        "signed_per_second": round(signed, 1), "printed_per_second": round(printed, 1),
        "ratio": round(signed / printed, 2), "rounds": [[round(one, 1) for one in pair] for pair in rounds],
        "clients": CLIENTS, "printers": cpu_count(),
    }


class Shared(Iterator[Thing]):
    """An iterator that threads take turns at."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self._things = iter(things)
        self._lock = threading.Lock()

    def __next__(self) -> Thing:
        with self._lock:
            return next(self._things)
