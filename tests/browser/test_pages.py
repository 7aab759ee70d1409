"""Every page of every audience: no wall behind a link, nothing for axe to call serious, nothing wider than a phone.

Each audience walks along the links, one page of each kind. A browser opens every page that is made of other parts than
those of its kind that have been seen; what is made of the same parts need only answer. Where the pages that nobody is led
to are, is said by name.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from lxml import html

from registry.kernel.actor import NOBODY, Actor, Role
from tests import build
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.parties import build as parties

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[0-9A-Z]{24}")
LINKS = "|".join((
    "//main//a/@href", "//nav[contains(@class, 'side')]//a/@href", "//details[contains(@class, 'person')]//a/@href",
    "//footer//a/@href",
))
Seen = set[tuple[str, frozenset[tuple[str, str, str]]]]
"""Kinds of pages, and what parts those were made of that a browser has opened."""


@dataclass
class Inspection:
    """One audience's walk along the links, to one page of each kind."""

    walker: Walker
    seen: Seen
    kinds: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def walk(self, starts: Iterable[str]) -> None:
        waiting = deque(starts)
        while waiting:
            path = waiting.popleft()
            kind = ID.sub("*", urlsplit(path).path)
            if kind in self.kinds:
                continue
            self.kinds.add(kind)
            waiting.extend(self.look_at(path, kind))

    def look_at(self, path: str, kind: str) -> Iterator[str]:
        """Ask for what stands at `path`; open it when it is a page of parts not seen yet; yield where it leads."""
        answer = self.walker.page.context.request.get(path)
        self.expect_open(path, answer.status)
        if not answer.headers["content-type"].startswith("text/html"):
            return  # a paper, a photograph, a proof
        document = html.fromstring(answer.body())
        parts = frozenset((str(one.tag), one.get("type", ""), one.get("class", "")) for one in document.iter("*"))
        if (kind, parts) not in self.seen:
            self.seen.add((kind, parts))
            self.walker.go(path)
            self.expect_open(path, self.walker.status)
            self.wrong.extend(self.walker.inspect())
        for href in document.xpath(LINKS):
            if href.startswith("/") and "type-size" not in href:
                yield href

    def expect_open(self, path: str, status: int) -> None:
        if status != HTTPStatus.OK:
            self.wrong.append(f"{path}: {status}")


@dataclass(frozen=True)
class Town:
    """What there is to see: a project with its plaque, a second one that waits for signatures, people of every office."""

    house: House
    landmark: sites.Landmark
    fresh: build.Site
    code: str

    def office(self, role: Role) -> Actor:
        """Somebody of an office that is no party to any project."""
        firm = parties.organisation(self.house.units, "历下区住建局", build.REGION)
        person = parties.person(self.house.units, "方正", build.identity())
        region = "370100" if role in {Role.STATION_HEAD, Role.AUDITOR, Role.URBAN_ARCHIVE} else ""
        return build.signed_in(
            self.house.units, f"{role}{next(build.serial)}", "方正", firm.id, person.id, role, region)


@pytest.fixture(scope="session")
def seen() -> Seen:
    return set()


@pytest.fixture(scope="session")
def town(house: House, landmark: sites.Landmark) -> Town:
    code = sites.plaque_code(house, landmark)
    house.sign_the_ledger()
    return Town(house, landmark, sites.new_site(house), code)


def starts(town: Town, audience: str) -> tuple[Actor, list[str]]:
    """Who that is, and where they begin."""
    project, fresh = f"/projects/{town.landmark.site.project}", f"/projects/{town.fresh.project}"
    public = f"/v/{town.code}"
    trace = f"{project}/trace?on={town.landmark.changed_on}"
    desk = ["/desk", f"/search?q={town.landmark.number}"]
    people: dict[str, tuple[Actor, list[str]]] = {
        "stranger": (NOBODY, ["/", public, "/sign-in"]),
        "officer": (town.landmark.site.officer, [*desk, project, trace]),
        "filer": (town.landmark.site.filer, [*desk, project, trace]),
        "legal-representative": (town.fresh.representatives["contractor"], [*desk[:1], fresh]),
        "leader": (town.fresh.leaders["contractor"], [*desk[:1], fresh]),
        "former-leader": (town.landmark.site.leaders["contractor"], [*desk[:1], project, trace]),
    }
    if audience in people:
        return people[audience]
    return town.office(Role(audience)), [*desk, *([project] if audience in {"auditor", "urban-archive"} else [])]


@pytest.mark.parametrize("audience", [
    "stranger", "officer", "filer", "legal-representative", "leader", "former-leader",
    *(role.value for role in (
        Role.STATION_HEAD, Role.AUDITOR, Role.URBAN_ARCHIVE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)),
])
def test_every_page_is_open_clean_and_narrow_enough(town: Town, enter: Enter, seen: Seen, audience: str) -> None:
    actor, begins = starts(town, audience)
    inspection = Inspection(enter(actor), seen)
    inspection.walk(begins)
    assert not inspection.wrong, "\n".join(inspection.wrong)
