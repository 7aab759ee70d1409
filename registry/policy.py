"""Who may do what to what: the one table of authority.

A rule is a list of alternatives; each alternative is a list of conditions that must all hold.
The system itself (background work, the operator's commands) passes everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.text import _


class Permission(StrEnum):
    """<thing>:<act>, in alphabetical order."""

    ACCEPTANCE_READ = "acceptance:read"
    ACCEPTANCE_RECORD = "acceptance:record"      # a result, what is covered up, what did not pass, what is not there
    ACCEPTANCE_SIGN = "acceptance:sign"
    ACCEPTANCE_WAIVE = "acceptance:waive"        # the station will not come to see work before it is covered
    ACCOUNT_MANAGE = "account:manage"            # invite, grant, disable, end sessions
    ACCOUNT_OWN = "account:own"                  # one's own password, second factor, sessions
    ACCOUNT_RESET = "account:reset"              # take a lost second factor off an account
    ARCHIVE_FILE = "archive:file"                # put documents under the catalogue, for one's own firm
    ARCHIVE_HAND_OVER = "archive:hand-over"      # to the urban archive
    ARCHIVE_LIST = "archive:list"                # what is filed and what is missing
    ARCHIVE_READ = "archive:read"                # the responsibility archive, identity numbers included
    ARCHIVE_RECEIVE = "archive:receive"          # by the urban archive: take it, or return it
    AUTHORISATION_SIGN = "authorisation:sign"    # 法定代表人授权书
    COMPLETION_FILE = "completion:file"          # the owner tells the station, and files
    COMPLETION_READ = "completion:read"
    COMPLETION_RECORD = "completion:record"      # statements, certificate, dwellings
    COMPLETION_SIGN = "completion:sign"          # by whoever holds the post
    DEFECT_TRACE = "defect:trace"
    DESIGN_APPROVE = "design:approve"            # 会签设计变更
    DESIGN_READ = "design:read"
    DESIGN_RECORD = "design:record"              # deliver drawings, record reviews and changes
    DESK_OPEN = "desk:open"
    DOCUMENT_READ = "document:read"
    DOCUMENT_UPLOAD = "document:upload"
    IDENTITY_REVEAL = "identity:reveal"          # a whole identity number or phone, with a reason
    LEDGER_READ = "ledger:read"                  # the body of an event
    MATERIAL_APPROVE = "material:approve"        # 监理审查
    MATERIAL_READ = "material:read"
    MATERIAL_RECORD = "material:record"          # arrival, inspection, sample, report, disposition
    NOTICE_READ = "notice:read"
    PAPER_READ = "paper:read"                    # a signed paper, whole identity numbers included
    PARTY_EDIT = "party:edit"
    PARTY_READ = "party:read"
    PARTY_RECORD = "party:record"                # enter a firm or person met for the first time, from anywhere
    PLAQUE_ISSUE = "plaque:issue"
    PLAQUE_MOUNT = "plaque:mount"
    PLAQUE_READ = "plaque:read"
    PLEDGE_CHASE = "pledge:chase"
    PLEDGE_FILE = "pledge:file"                  # 备案, by the station
    PLEDGE_READ = "pledge:read"
    PLEDGE_RECORD = "pledge:record"              # a pledge signed on paper, scanned in
    PLEDGE_SIGN = "pledge:sign"
    PROJECT_CREATE = "project:create"
    PROJECT_EDIT = "project:edit"
    PROJECT_READ = "project:read"
    RECALL_ANNOUNCE = "recall:announce"          # 缺陷建材召回, by the station
    ROSTER_IMPORT = "roster:import"
    STANDARD_PUBLISH = "standard:publish"
    STANDARD_READ = "standard:read"
    STATION_RECORD = "station:record"            # what the station finds of a completion
    TERM_CHANGE = "term:change"                  # 变更项目负责人
    WORK_PLAN = "work:plan"                      # 划分检验批：施工单位制定，监理单位审核
    WORK_READ = "work:read"
    WORK_RECORD = "work:record"                  # 责任标识、样板、材料使用；由谁签字看当日岗位


@dataclass(frozen=True, slots=True)
class Scope:
    """The facts about a thing that authority turns on, and nothing else about it."""

    region: str = ""                                # GB/T 2260, six digits
    organisations: frozenset[UUID] = frozenset()    # every party to the project
    person: UUID | None = None                      # the one whose own act this is
    organisation: UUID | None = None                # the one firm whose own act this is
    owner: UUID | None = None                       # the project's 建设单位


ANYWHERE = Scope()

Condition = Callable[[Actor, Scope], bool]


def has(*roles: Role) -> Condition:
    wanted = frozenset(roles)

    def holds(actor: Actor, _scope: Scope) -> bool:
        return bool(actor.roles & wanted)

    return holds


def signed_in(actor: Actor, _scope: Scope) -> bool:
    return actor.account is not None


def in_region(actor: Actor, scope: Scope) -> bool:
    """A province 110000 covers 110101; a county covers itself."""
    return bool(actor.region) and scope.region.startswith(region_prefix(actor.region))


def party_to_it(actor: Actor, scope: Scope) -> bool:
    return actor.organisation is not None and actor.organisation in scope.organisations


def owner_of_it(actor: Actor, scope: Scope) -> bool:
    return actor.organisation is not None and actor.organisation == scope.owner


def for_own_firm(actor: Actor, scope: Scope) -> bool:
    return actor.organisation is not None and actor.organisation == scope.organisation


def the_person(actor: Actor, scope: Scope) -> bool:
    return actor.person is not None and actor.person == scope.person


station = has(Role.OFFICER, Role.STATION_HEAD)
station_head = has(Role.STATION_HEAD)
auditor = has(Role.AUDITOR)
urban_archive = has(Role.URBAN_ARCHIVE)
filer = has(Role.FIRM_FILER)
legal_representative = has(Role.LEGAL_REPRESENTATIVE)
security_admin = has(Role.SECURITY_ADMIN)
system_admin = has(Role.SYSTEM_ADMIN)
audit_admin = has(Role.AUDIT_ADMIN)

OFFICES = frozenset({
    station, station_head, auditor, urban_archive, filer, legal_representative, security_admin, system_admin, audit_admin,
})
"""The conditions that turn on the actor's roles alone."""

SEEN: list[list[Condition]] = [
    [station, in_region], [auditor, in_region], [urban_archive, in_region], [party_to_it], [the_person],
]
"""Who may know that a project, and what belongs to it, exists."""

RULES: dict[Permission, list[list[Condition]]] = {
    Permission.ACCEPTANCE_READ: SEEN,
    Permission.ACCEPTANCE_RECORD: [[party_to_it]],
    Permission.ACCEPTANCE_SIGN: [[party_to_it]],
    Permission.ACCEPTANCE_WAIVE: [[station, in_region]],
    Permission.ACCOUNT_MANAGE: [[security_admin], [station_head, in_region], [filer, for_own_firm]],
    Permission.ACCOUNT_OWN: [[signed_in]],
    Permission.ACCOUNT_RESET: [[security_admin]],
    Permission.ARCHIVE_FILE: [
        [station, in_region], [filer, for_own_firm], [has(Role.SITE_STAFF), for_own_firm], [filer, owner_of_it],
    ],
    Permission.ARCHIVE_HAND_OVER: [[filer, owner_of_it]],
    Permission.ARCHIVE_LIST: SEEN,
    Permission.ARCHIVE_READ: [
        [station, in_region], [auditor, in_region], [urban_archive, in_region], [filer, owner_of_it],
    ],
    Permission.ARCHIVE_RECEIVE: [[urban_archive, in_region]],
    Permission.AUTHORISATION_SIGN: [[legal_representative, for_own_firm]],
    Permission.COMPLETION_FILE: [[filer, owner_of_it]],
    Permission.COMPLETION_READ: SEEN,
    Permission.COMPLETION_RECORD: [[filer, party_to_it]],
    Permission.COMPLETION_SIGN: [[party_to_it]],
    Permission.DEFECT_TRACE: [[station, in_region], [auditor, in_region], [party_to_it]],
    Permission.DESIGN_APPROVE: [[the_person]],
    Permission.DESIGN_READ: SEEN,
    Permission.DESIGN_RECORD: [[filer, for_own_firm], [filer, owner_of_it], [the_person]],
    Permission.DESK_OPEN: [[signed_in]],
    Permission.DOCUMENT_READ: SEEN,
    Permission.DOCUMENT_UPLOAD: [[signed_in]],
    Permission.IDENTITY_REVEAL: [
        [station, in_region], [auditor, in_region], [filer, for_own_firm], [the_person],
    ],
    Permission.LEDGER_READ: [*SEEN, [filer, owner_of_it], [audit_admin]],
    Permission.MATERIAL_APPROVE: [[party_to_it]],   # and in office that day, see materials.offices
    Permission.MATERIAL_READ: SEEN,
    Permission.MATERIAL_RECORD: [[party_to_it]],
    Permission.NOTICE_READ: [[the_person]],
    Permission.PAPER_READ: [
        [station, in_region], [auditor, in_region], [urban_archive, in_region],
        [filer, for_own_firm], [legal_representative, for_own_firm], [filer, owner_of_it], [the_person],
    ],
    Permission.PARTY_EDIT: [[station, in_region], [filer, for_own_firm], [the_person]],
    Permission.PARTY_READ: [[signed_in]],
    Permission.PARTY_RECORD: [[station], [filer, for_own_firm], [the_person]],
    Permission.PLAQUE_ISSUE: [[station, in_region], [filer, owner_of_it]],
    Permission.PLAQUE_MOUNT: [[station, in_region], [filer, owner_of_it]],
    Permission.PLAQUE_READ: SEEN,
    Permission.PLEDGE_CHASE: [[station, in_region], [filer, party_to_it]],
    Permission.PLEDGE_FILE: [[station, in_region]],
    Permission.PLEDGE_READ: SEEN,
    Permission.PLEDGE_RECORD: [[station, in_region], [filer, for_own_firm], [filer, owner_of_it]],
    Permission.PLEDGE_SIGN: [[the_person]],
    Permission.PROJECT_CREATE: [[station, in_region], [filer, owner_of_it]],
    Permission.PROJECT_EDIT: [[station, in_region], [filer, owner_of_it]],
    Permission.PROJECT_READ: SEEN,
    Permission.RECALL_ANNOUNCE: [[station, in_region]],
    Permission.ROSTER_IMPORT: [[station, in_region], [filer, owner_of_it]],
    Permission.STANDARD_PUBLISH: [[station_head, in_region], [system_admin]],
    Permission.STANDARD_READ: [[signed_in]],
    Permission.STATION_RECORD: [[station, in_region]],
    Permission.TERM_CHANGE: [[station, in_region], [filer, for_own_firm], [filer, owner_of_it]],
    Permission.WORK_PLAN: [[has(Role.FIRM_FILER, Role.SITE_STAFF, Role.PROJECT_LEADER), for_own_firm]],
    Permission.WORK_READ: SEEN,
    Permission.WORK_RECORD: [[party_to_it]],
}


def allows(actor: Actor, permission: Permission, scope: Scope) -> bool:
    if actor == SYSTEM:
        return True
    return any(all(holds(actor, scope) for holds in way) for way in RULES[permission])


def holds_anywhere(actor: Actor, permission: Permission) -> bool:
    """Whether an actor's roles could ever give `permission`: what a desk offers, before it holds the thing."""
    offices = {condition for way in RULES[permission] for condition in way} & OFFICES
    return any(office(actor, ANYWHERE) for office in offices)


def require(actor: Actor, permission: Permission, scope: Scope) -> None:
    """Raise unless `actor` holds `permission` over `scope`.

    NotFound for a thing this actor may not even know of (another tenant's), Forbidden for one he may see.
    """
    if allows(actor, permission, scope):
        return
    if scope == ANYWHERE or any(all(holds(actor, scope) for holds in way) for way in SEEN):
        raise Forbidden(_("您的账户没有办理此事的权限。"), remedy=_("请联系本单位经办人或系统的安全管理员。"))
    raise NotFound(_("没有找到所要的记录。"))


def open_to_all(actor: Actor) -> None:
    """Say that what follows is meant for everybody, `actor` included: the public page of a plaque, a checkpoint.

    It decides nothing; it is there so that no act or answer leaves open whom it is for.
    """


class NotFresh(Forbidden):
    """The act needs the person to prove again who they are. The door answers with that page."""

    code = "not-fresh"


def require_fresh(actor: Actor) -> None:
    """Raise NotFresh unless the actor has just re-authenticated (or is the system)."""
    if actor != SYSTEM and not actor.fresh:
        raise NotFresh(_("此项操作需要重新验证身份。"))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a list may show: everything, or what lies in a region, is partied by a firm, or is a person's own."""

    everything: bool = False
    region: str | None = None          # the leading digits shared by all codes in reach
    organisation: UUID | None = None
    person: UUID | None = None


def reach(actor: Actor) -> Reach:
    if actor == SYSTEM:
        return Reach(everything=True)
    staff = bool(actor.region) and any(holds(actor, ANYWHERE) for holds in (station, auditor, urban_archive))
    return Reach(
        region=region_prefix(actor.region) if staff else None,
        organisation=actor.organisation,
        person=actor.person,
    )


def region_prefix(region: str) -> str:
    """Return the digits that every code inside `region` begins with: 110000 → 11, 370100 → 3701, 000000 → ''."""
    for step in (2, 4):
        if region[step:] == "0" * (6 - step):
            return "" if region == "000000" else region[:step]
    return region
