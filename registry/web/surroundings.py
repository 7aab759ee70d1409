"""What every page is given beside its own: who is here, where he may go, whose site it is."""

from collections.abc import Callable
from dataclasses import dataclass

from babel.support import LazyProxy
from flask import Flask, g

from registry.kernel.actor import NOBODY, Actor, Role
from registry.kernel.text import later

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
    Way(later("标牌巡查"), "plaques.watch", "plaque", STATION),
    Way(later("我的终身责任"), "desks.responsibilities", "shield",
        frozenset({Role.PROJECT_LEADER, Role.LEGAL_REPRESENTATIVE})),
    Way(later("导入花名册"), "exchange.roster", "import", STATION | {Role.FIRM_FILER}),
    Way(later("单位"), "parties.index", "party"),
    Way(later("标准手册"), "standards.index", "archive"),
    Way(later("账户"), "accounts.index", "user", frozenset({Role.SECURITY_ADMIN, Role.FIRM_FILER, Role.STATION_HEAD})),
    Way(later("存证"), "ledger.show", "ledger", STAFF | {Role.AUDIT_ADMIN}),
)


def navigation(app: Flask, actor: Actor) -> list[tuple[str, str, str]]:
    """Return (label, endpoint, icon) of the ways that belong to the actor's desk."""
    return [
        (str(way.label), way.endpoint, way.icon) for way in WAYS
        if (not way.roles or actor.roles & way.roles) and way.endpoint in app.view_functions
    ]


def install(app: Flask, site: dict[str, str], told: Told) -> None:
    demo = app.extensions["config"].demo

    @app.context_processor
    def around() -> dict[str, object]:
        actor: Actor = g.get("actor", NOBODY)
        common: dict[str, object] = {"actor": actor, "demo": demo, "config_site": site}
        if actor.account is None:
            return common
        firm, unread = told()
        return common | {"navigation": navigation(app, actor), "acting_for": firm, "unread": unread}
