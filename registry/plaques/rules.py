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


def verdict(facts: Mapping[str, Any], lines_now: Iterable[Line], superseded_on: date | None) -> Verdict:
    """Compare what is engraved with what the register says today."""
    if superseded_on is not None:
        return Verdict.SUPERSEDED
    then = {(line["role"], line["organisation"], line["leader"]) for line in facts["lines"]}
    now = {(line.role, line.organisation, line.leader) for line in lines_now}
    return Verdict.GENUINE if then == now else Verdict.CHANGED
