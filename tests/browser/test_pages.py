"""Every page of every audience: no wall behind a link, nothing for axe to call serious, nothing wider than a phone.

Each audience walks along the links, one page of each kind. Where the pages that nobody is led to are, is said by name.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from registry.kernel.actor import NOBODY, Actor, Role
from tests import build
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.parties import build as parties

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[0-9A-Z]{24}")
FILE = re.compile(r"\.(pdf|svg|xlsx|zip|json)$|^/papers/|/(photo|checkpoint|proof|body)$|^/trace-reports/")
LINKS = "main a[href], nav.side a[href], details.person a[href], footer a[href^='/']"


@dataclass
class Inspection:
    """One audience's walk along the links, to one page of each kind."""

    walker: Walker
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
            waiting.extend(self.look_at(path))

    def look_at(self, path: str) -> Iterator[str]:
        """Open what stands at `path`; inspect it when it is a page; yield where it leads."""
        page = self.walker.page
        if FILE.search(urlsplit(path).path):
            self.expect_open(path, page.context.request.get(path).status)
            return
        self.walker.go(path)
        self.expect_open(path, self.walker.status)
        self.wrong.extend(self.walker.inspect())
        for href in page.locator(LINKS).evaluate_all("(all) => all.map((one) => one.getAttribute('href'))"):
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
def test_every_page_is_open_clean_and_narrow_enough(town: Town, enter: Enter, audience: str) -> None:
    actor, begins = starts(town, audience)
    inspection = Inspection(enter(actor))
    inspection.walk(begins)
    assert not inspection.wrong, "\n".join(inspection.wrong)
