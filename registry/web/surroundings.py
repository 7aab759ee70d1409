"""What every page is given beside its own: who is here, where he may go, whose site it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from babel.support import LazyProxy
from flask import Flask, g

from registry.kernel.actor import NOBODY, Actor, Role
from registry.kernel.text import later
from registry.policy import Permission, Scope, allows
from registry.web.addresses import address

Told = Callable[[], tuple[str, int]]
"""told(): the name of the firm the actor acts for, and how many notices he has not opened."""


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the menu, and to whose desks it belongs; no roles: to everybody's."""

    label: LazyProxy
    endpoint: str
    icon: str
    roles: frozenset[Role] = frozenset()


STATION = frozenset({Role.OFFICER, Role.STATION_HEAD})
STAFF = STATION | {Role.AUDITOR, Role.URBAN_ARCHIVE}
WAYS = (
    Way(later("工作台"), "desks.home", "home"),
    Way(later("工程项目"), "projects.index", "project"),
    Way(later("待备案"), "pledges.queue", "pledge", STATION),
    Way(later("竣工验收"), "completion.queue", "good", STATION),
    Way(later("标牌巡查"), "plaques.watch", "plaque", STATION),
    Way(later("材料召回"), "materials.recalls", "warn", STATION),
    Way(later("我的终身责任"), "desks.responsibilities", "shield",
        frozenset({Role.PROJECT_LEADER, Role.LEGAL_REPRESENTATIVE, Role.SITE_STAFF})),
    Way(later("导入花名册"), "exchange.roster", "import", STATION | {Role.FIRM_FILER}),
    Way(later("单位"), "parties.index", "party"),
    Way(later("档案接收"), "archives.handovers", "archive", frozenset({Role.URBAN_ARCHIVE})),
    Way(later("标准手册"), "standards.index", "archive"),
    Way(later("账户"), "accounts.index", "user", frozenset({Role.SECURITY_ADMIN, Role.FIRM_FILER, Role.STATION_HEAD})),
    Way(later("存证"), "ledger.show", "ledger", STAFF | {Role.AUDIT_ADMIN}),
)

PROJECT_WAYS = (
    ("project", later("概况"), "desks.project"),
    ("pledges", later("承诺"), "pledges.board"),
    ("staff", later("人员"), "projects.staff"),
    ("designs", later("设计"), "designs.index"),
    ("materials", later("材料"), "materials.index"),
    ("works", later("施工"), "works.index"),
    ("acceptance", later("验收"), "acceptance.index"),
    ("plaques", later("标牌"), "plaques.index"),
    ("archives", later("档案"), "archives.index"),
    ("completion", later("竣工"), "completion.gates"),
    ("trace", later("追溯"), "defects.trace"),
)
"""The pages of one project, by the key each calls itself; every one takes `project_id`."""


class Shown(Protocol):
    """A project in hand, with all that its scope needs."""

    @property
    def id(self) -> UUID: ...
    @property
    def scope(self) -> Scope: ...


def project_ways(app: Flask, actor: Actor, project: Shown) -> list[tuple[str, str, str]]:
    """Return (key, label, address) of the pages of a project that the actor may open."""
    scope = project.scope
    return [
        (key, str(label), address(endpoint, project_id=project.id)) for key, label, endpoint in PROJECT_WAYS
        if endpoint in app.view_functions and allows(actor, needed(app, endpoint), scope)
    ]


def needed(app: Flask, endpoint: str) -> Permission:
    """Return what a door has declared that it needs. Raises ValueError for a public one."""
    return Permission(getattr(app.view_functions[endpoint], "needs"))  # noqa: B009 — set by door()


def navigation(app: Flask, actor: Actor) -> list[tuple[str, str, str]]:
    """Return (label, endpoint, icon) of the ways that belong to the actor's desk."""
    return [
        (str(way.label), way.endpoint, way.icon) for way in WAYS
        if (not way.roles or actor.roles & way.roles) and way.endpoint in app.view_functions
    ]


def install(app: Flask, site: dict[str, str], told: Told) -> None:
    demo = app.extensions["config"].demo
    app.jinja_env.globals["project_ways"] = lambda project: project_ways(app, g.actor, project)

    @app.context_processor
    def around() -> dict[str, object]:
        actor: Actor = g.get("actor", NOBODY)
        common: dict[str, object] = {"actor": actor, "demo": demo, "config_site": site}
        if actor.account is None:
            return common
        firm, unread = told()
        return common | {"navigation": navigation(app, actor), "acting_for": firm, "unread": unread}
