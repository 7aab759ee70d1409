"""Who answers: the roles firms take in a project, and the posts people hold for them.

Source: 建质〔2014〕124号 第二、五、八条; local rules add roles and demands.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


@dataclass(frozen=True, slots=True)
class Role:
    """责任主体. `principal` marks the five parties of the law."""

    key: str                         # "owner", "contractor", …
    label: str                       # 建设单位
    principal: bool
    synonyms: tuple[str, ...] = ()   # what rosters call it


class Demand(StrEnum):
    """When the authorisation and pledge of a post must be filed before oversight registration."""

    ALWAYS = "always"
    WHERE_PRESENT = "where-present"  # as soon as a firm in that role takes part
    NEVER = "never"                  # a pledge is possible and not demanded


@dataclass(frozen=True, slots=True)
class Post:
    """What a person holds for a firm: 建设单位项目负责人, 施工单位项目经理, 总监理工程师 …"""

    key: str                               # "project-manager"
    role: str                              # key of the Role
    label: str                             # 施工单位项目经理
    short: str                             # 项目经理, for tables and plaques
    demand: Demand
    answers_for: str                       # what the holder answers for, in one sentence
    article: str                           # where the law says so
    wording: str                           # key of the pledge's wording
    qualification_required: bool           # 注册执业资格 and its number must be on the pledge
    sole: bool = True                      # one holder at a time within one firm and scope
    qualifications: tuple[str, ...] = ()   # keys of the qualification kinds that fit; empty: any
    synonyms: tuple[str, ...] = ()

    def is_demanded(self, roles_present: Collection[str]) -> bool:
        """Say whether this post's filed pair is a condition of registration, given the roles taking part."""
        if self.demand is Demand.WHERE_PRESENT:
            return self.role in roles_present
        return self.demand is Demand.ALWAYS


@dataclass(frozen=True, slots=True)
class SitePost:
    """现场岗位: who does, checks, samples or accepts on the site. No pledge goes with it; duties do.

    The key begins with "site/", which keeps it apart from the posts of those who lead.
    """

    key: str                               # "site/foreman"
    roles: tuple[str, ...]                 # keys of the Roles whose firms have it
    label: str                             # 专业工长（施工员）
    short: str                             # 工长
    duties: str                            # 岗位责任, in one sentence
    article: str                           # where the law or the standard says so
    synonyms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.key.startswith(SITE):
            raise Malformed(_("现场岗位的代码应以“{start}”开头：{key}。", start=SITE, key=self.key))


SITE = "site/"


def post_called(posts: Iterable[Post], name: str, role: str = "") -> Post | None:
    """Return the post a roster means by `name` (key, label, short label or synonym), within `role` if given.

    None when no post, or more than one, goes by that name.
    """
    wanted = plain(name)
    found = [
        post for post in posts
        if role in ("", post.role)
        and wanted in {plain(word) for word in (post.key, post.label, post.short, *post.synonyms)}
    ]
    return found[0] if len(found) == 1 else None


def role_called(roles: Iterable[Role], name: str) -> Role | None:
    """Return the role a roster means by `name`, None when no role goes by it."""
    wanted = plain(name)
    for role in roles:
        if wanted in {plain(word) for word in (role.key, role.label, *role.synonyms)}:
            return role
    return None


def plain(name: str) -> str:
    """Return `name` without spaces and with ASCII brackets, so that 总承包（EPC） and 总承包(EPC) are one."""
    return "".join(name.split()).replace("（", "(").replace("）", ")").casefold()


def each_name_means_one(posts: tuple[Post, ...]) -> None:
    """Raise Malformed when two posts of one role share a name."""
    seen: dict[tuple[str, str], str] = {}
    for post in posts:
        for word in {plain(word) for word in (post.key, post.label, post.short, *post.synonyms)}:
            other = seen.setdefault((post.role, word), post.key)
            if other != post.key:
                raise Malformed(_("“{word}”同时指 {one} 和 {two}。", word=word, one=other, two=post.key))
