"""The law of accounts: who needs a second factor, who gives which role, how sessions end and guesses slow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.support import LazyProxy

from registry.accounts.models import BrakeKind
from registry.kernel.actor import Role
from registry.kernel.text import later

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员. No account, and no person through several accounts, holds two of them (GB/T 22239-2019)."""

REGIONAL = frozenset({Role.OFFICER, Role.STATION_HEAD, Role.AUDITOR, Role.URBAN_ARCHIVE})
"""Roles that look after a region, and mean nothing without one."""

FIRM = frozenset({Role.FIRM_FILER, Role.LEGAL_REPRESENTATIVE, Role.PROJECT_LEADER, Role.SITE_STAFF})
"""Roles within an organisation, and meaning nothing without one."""

SIGNERS = frozenset({Role.LEGAL_REPRESENTATIVE, Role.PROJECT_LEADER})
"""Roles whose holder signs what answers for life, each time with a code."""

IN_PERSON = SIGNERS | {Role.SITE_STAFF}
"""Roles whose holder signs in person, and so must be known as a person."""

SECOND_FACTOR = ADMINISTRATORS | REGIONAL | SIGNERS
"""Roles that nobody uses on a password alone. The site signs many times a day, with gloves on: its people are known
as persons and have a password; what they may sign is decided by the post they hold that day, not by their role."""

GRANTABLE: dict[Role, frozenset[Role]] = {
    Role.SECURITY_ADMIN: frozenset(Role),
    Role.STATION_HEAD: FIRM | {Role.OFFICER},
    Role.FIRM_FILER: FIRM,
}
"""Which roles the holder of a role may give, within what policy lets them manage."""


ROLE_NAMES: dict[Role, LazyProxy] = {
    Role.FIRM_FILER: later("单位经办人"),
    Role.LEGAL_REPRESENTATIVE: later("法定代表人"),
    Role.PROJECT_LEADER: later("项目负责人"),
    Role.SITE_STAFF: later("现场人员"),
    Role.OFFICER: later("质量监督员"),
    Role.STATION_HEAD: later("质量监督机构负责人"),
    Role.AUDITOR: later("审计人员"),
    Role.URBAN_ARCHIVE: later("城建档案管理机构"),
    Role.SYSTEM_ADMIN: later("系统管理员"),
    Role.SECURITY_ADMIN: later("安全管理员"),
    Role.AUDIT_ADMIN: later("审计管理员"),
}


EVENT_NAMES: dict[str, LazyProxy] = {
    "account.opened": later("开户"),
    "account.disabled": later("停用"),
    "account.enabled": later("重新启用"),
    "account.unlocked": later("解除登录等待"),
    "password.right": later("密码验证通过"),
    "password.wrong": later("密码错误"),
    "password.changed": later("更改密码"),
    "password.recovered": later("通过链接重设密码"),
    "code.right": later("动态验证码验证通过"),
    "code.wrong": later("动态验证码错误"),
    "identity.confirmed": later("验证身份"),
    "second-factor.bound": later("绑定动态验证码"),
    "second-factor.reset": later("管理员解除动态验证码"),
    "recovery-codes.renewed": later("重新生成恢复码"),
    "recovery.issued": later("生成重设密码的链接"),
    "session.opened": later("登录"),
    "session.ended": later("退出"),
    "sessions.ended": later("退出多处登录"),
    "grant.given": later("授予角色"),
    "grant.ended": later("终止角色"),
    "invitation.issued": later("生成邀请链接"),
    "invitation.wrong-identity": later("邀请核对证件未通过"),
    "denied": later("操作被拒绝"),
}
"""Every kind of line in the account log, and what people read."""


def role_name(role: Role | str) -> str:
    """Return what people call a role."""
    return str(ROLE_NAMES[Role(role)])


def needs_second_factor(roles: Collection[Role]) -> bool:
    return not SECOND_FACTOR.isdisjoint(roles)


def may_give(givers: Collection[Role], role: Role) -> bool:
    return role in givable(givers)


def givable(givers: Collection[Role]) -> list[Role]:
    """Return the roles that the holder of these roles may give, in the order they are declared."""
    given = {role for giver in givers for role in GRANTABLE.get(giver, ())}
    return [role for role in Role if role in given]


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts. Sources: ASVS 5.0 7.3.1, 7.3.2, 7.5.1; GB/T 22239-2019."""

    idle: timedelta = timedelta(minutes=30)         # since it was last used
    absolute: timedelta = timedelta(hours=12)       # since sign-in, however busy
    fresh: timedelta = timedelta(minutes=10)        # how long a proof of identity counts as recent
    half: timedelta = timedelta(minutes=10)         # for the second factor to follow the password

    def live(self, at: datetime, last_seen_at: datetime, opened_at: datetime | None) -> bool:
        """Whether a session that nobody has ended still counts at `at`. Half a session is seen but once."""
        if opened_at is None:
            return at < last_seen_at + self.half
        return at < last_seen_at + self.idle and at < opened_at + self.absolute

    def is_fresh(self, at: datetime, confirmed_at: datetime | None) -> bool:
        return confirmed_at is not None and at < confirmed_at + self.fresh


USUAL = SessionRules()

INVITED_FOR = timedelta(days=7)
RECOVERED_WITHIN = timedelta(minutes=15)
"""How long a link lasts at most: to join, and to set a new password (ASVS 5.0 6.4.3)."""

NOTED_EVERY = timedelta(minutes=1)
"""A session's last use is written down at most this often, so that reading pages stays reading."""


@dataclass(frozen=True, slots=True)
class Slowing:
    """How wrong guesses slow the next one.

    free      wrong guesses before any wait
    forgets   a quiet time after which the count begins anew
    """

    free: int
    forgets: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return the wait after so many wrong guesses: 30 s, then doubling up to an hour."""
        over = failures - self.free
        if over < 0:
            return timedelta()
        return min(timedelta(seconds=30 * 2 ** min(over, 10)), timedelta(hours=1))


SLOWING: dict[BrakeKind, Slowing] = {
    BrakeKind.LOGIN: Slowing(5, timedelta(hours=24)),
    BrakeKind.ADDRESS: Slowing(30, timedelta(hours=1)),
    BrakeKind.CODE: Slowing(5, timedelta(hours=24)),
}
"""An address stands for a whole site office behind one router, so it has more guesses and is forgiven sooner.
No wait is for good: that would let anyone lock anyone out (ASVS 5.0 6.3.1)."""
