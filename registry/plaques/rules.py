"""Pure rules: what goes on a plaque, and what a plaque's page says about it years later.

Source: 建质〔2014〕124号 第九条 (names of the five firms and their leaders); 住建部令第5号 第七条.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One firm and its leader on the plaque."""

    role: str                  # label: 建设单位
    organisation: str
    post: str                  # label: 项目负责人
    leader: str


class Verdict(StrEnum):
    """What the public page says in words."""

    GENUINE = "genuine"        # 真实有效
    CHANGED = "changed"        # 真实,此后登记有变更
    SUPERSEDED = "superseded"  # 已由新标牌取代


def engraved(
    project: Mapping[str, str], unit: Mapping[str, Any], lines: Iterable[Line], issued_on: date, code: str
) -> dict[str, Any]:
    """Return the facts of a plaque as they are frozen and engraved: names and days, never an identity number."""
    return {
        "project": dict(project),
        "unit": dict(unit),
        "lines": [
            {"role": line.role, "organisation": line.organisation, "post": line.post, "leader": line.leader}
            for line in lines
        ],
        "issued_on": issued_on.isoformat(),
        "code": code,
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the register says otherwise than the plaque; "" where one of them says nothing.

    what   "project.address", "unit.design_life_years", …; for firms and leaders the role's label
    """

    what: str
    then: str
    now: str


def differences(facts: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between a plaque's facts and the same facts as the register has them today.

    facts, now   as `engraved` returns them. What was not engraved (an acceptance still to come) cannot differ;
                 neither can the plaque's own day and code.
    """
    found = [
        Difference(f"{part}.{name}", str(then), as_text(now[part].get(name)))
        for part in ("project", "unit") for name, then in facts[part].items()
        if then is not None and then != now[part].get(name)
    ]
    then_held, held_now = by_role(facts["lines"]), by_role(now["lines"])
    roles = dict.fromkeys((*then_held, *held_now))
    return found + [
        Difference(role, "、".join(then_held.get(role, ())), "、".join(held_now.get(role, ())))
        for role in roles if set(then_held.get(role, ())) != set(held_now.get(role, ()))
    ]


def as_text(value: object) -> str:
    return "" if value is None else str(value)


def by_role(lines: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """Group firm and leader by the role's label. What the post is called may change; who answers may not."""
    held: dict[str, list[str]] = {}
    for line in lines:
        held.setdefault(line["role"], []).append(f"{line['organisation']} {line['leader']}")
    return held


def verdict(different: Iterable[Difference], superseded_on: date | None) -> Verdict:
    """Say in one word how a plaque stands to the register of today."""
    if superseded_on is not None:
        return Verdict.SUPERSEDED
    return Verdict.CHANGED if any(True for _one in different) else Verdict.GENUINE
