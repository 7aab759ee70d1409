"""The kinds of editions, each with its format. `KINDS` is the table of contents of the handbook."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from babel.support import LazyProxy

from registry.kernel.errors import NotFound
from registry.kernel.text import _, later
from registry.standards.catalogues import (
    ArchiveDocument,
    DesignLife,
    Entry,
    Gate,
    PlaqueLine,
    QualificationKind,
    ResponsibilityField,
)
from registry.standards.divisions import Division, DivisionTree
from registry.standards.periods import ArchiveHandover, ChangeClock, PlaqueTiming
from registry.standards.posts import Post, Role, SitePost, each_name_means_one
from registry.standards.reading import Malformed, read
from registry.standards.warranty import Seasons, WarrantyRule
from registry.standards.wording import Wording

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Content]):
    """A kind of edition. `read` turns JSON into the typed content or raises Malformed.

    keyed   there are several of this kind, each with its own key and its own succession of editions
    """

    name: str
    label: LazyProxy
    read: Callable[[object], Content]
    keyed: bool = False


def one(shape: type[Content]) -> Callable[[object], Content]:
    """The content is a single record."""

    def reading(content: object) -> Content:
        found: Content = read(shape, content, _("内容"))
        return found

    return reading


def rows(shape: type[Content], key: str = "key") -> Callable[[object], tuple[Content, ...]]:
    """The content is a list of records, each known by its `key`."""

    def reading(content: object) -> tuple[Content, ...]:
        found: tuple[Content, ...] = read(tuple[shape, ...], content, _("内容"))  # type: ignore[valid-type]
        keys = [getattr(row, key) for row in found]
        twice = sorted({name for name in keys if keys.count(name) > 1})
        if twice:
            raise Malformed(_("“{names}”出现了不止一次。", names="、".join(twice)))
        return found

    return reading


def read_posts(content: object) -> tuple[Post, ...]:
    posts = rows(Post)(content)
    each_name_means_one(posts)
    return posts


def read_divisions(content: object) -> DivisionTree:
    divisions: tuple[Division, ...] = read(tuple[Division, ...], content, _("内容"))
    return DivisionTree(divisions)


ROLES = Kind("roles", later("责任主体"), rows(Role))
POSTS = Kind("posts", later("责任岗位"), read_posts)
SITE_POSTS = Kind("site-posts", later("现场岗位"), rows(SitePost))
WORDING = Kind("wording", later("文书文本"), one(Wording), keyed=True)
GATES = Kind("gates", later("办理前提"), rows(Gate))
CHANGE_CLOCK = Kind("change-clock", later("项目负责人变更备案时限"), one(ChangeClock))
PLAQUE_TIMING = Kind("plaque-timing", later("永久性标牌设置时间"), one(PlaqueTiming))
PLAQUE_CONTENT = Kind("plaque-content", later("永久性标牌内容"), rows(PlaqueLine))
DIVISIONS = Kind("divisions", later("分部分项划分"), read_divisions)
WARRANTY = Kind("warranty", later("最低保修期限"), rows(WarrantyRule))
SEASONS = Kind("seasons", later("采暖期与供冷期"), one(Seasons))
DESIGN_LIFE = Kind("design-life", later("设计使用年限"), rows(DesignLife))
ARCHIVE_CATALOGUE = Kind("archive-catalogue", later("归档文件目录"), rows(ArchiveDocument, key="code"))
ARCHIVE_HANDOVER = Kind("archive-handover", later("档案移交时限"), one(ArchiveHandover))
RESPONSIBILITY_FORM = Kind("responsibility-form", later("质量终身责任信息表"), rows(ResponsibilityField))
QUALIFICATION_KINDS = Kind("qualification-kinds", later("注册执业资格"), rows(QualificationKind))
PROJECT_CATEGORIES = Kind("project-categories", later("工程类别"), rows(Entry))
STRUCTURE_KINDS = Kind("structure-kinds", later("结构类型"), rows(Entry))
REVEAL_REASONS = Kind("reveal-reasons", later("查看完整证件号码的理由"), rows(Entry))

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        ROLES, POSTS, SITE_POSTS, WORDING, GATES, CHANGE_CLOCK, PLAQUE_TIMING, PLAQUE_CONTENT, DIVISIONS, WARRANTY,
        SEASONS, DESIGN_LIFE, ARCHIVE_CATALOGUE, ARCHIVE_HANDOVER, RESPONSIBILITY_FORM, QUALIFICATION_KINDS,
        PROJECT_CATEGORIES, STRUCTURE_KINDS, REVEAL_REASONS,
    )
}
"""By name, in the order the handbook shows them."""


def kind_named(name: str) -> Kind[Any]:
    if name not in KINDS:
        raise NotFound(_("标准手册中没有“{name}”这一类。", name=name))
    return KINDS[name]
