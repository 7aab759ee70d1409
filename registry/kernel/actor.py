"""Who is acting."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a grant makes of an account. One account may hold several."""

    FIRM_FILER = "firm-filer"                    # 单位经办人
    LEGAL_REPRESENTATIVE = "legal-representative"  # 法定代表人
    PROJECT_LEADER = "project-leader"            # 项目负责人
    SITE_STAFF = "site-staff"                    # 现场人员
    OFFICER = "officer"                          # 质量监督员
    STATION_HEAD = "station-head"                # 质量监督机构负责人
    AUDITOR = "auditor"                          # 审计人员
    URBAN_ARCHIVE = "urban-archive"              # 城建档案管理机构
    SYSTEM_ADMIN = "system-admin"                # 系统管理员
    SECURITY_ADMIN = "security-admin"            # 安全管理员
    AUDIT_ADMIN = "audit-admin"                  # 审计管理员


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person acting for one organisation, or nobody (`account` is None).

    region   GB/T 2260, six digits: the area a station, archive or auditor looks after ("" for firms)
    fresh    the person has proved who they are again within the last minutes (re-authentication)
    session  the session this act was asked for in, None for background work and programs
    """

    account: UUID | None = None
    person: UUID | None = None
    organisation: UUID | None = None
    name: str = ""
    region: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    fresh: bool = False
    session: UUID | None = None


NOBODY = Actor()
SYSTEM = Actor(name="system")
"""Background work and the operator's commands act as the system itself; policy lets it through by name."""
