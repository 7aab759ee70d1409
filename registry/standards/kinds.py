"""The kinds of editions, each with its format. `KINDS` is the table of contents of the handbook."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from babel.support import LazyProxy

from registry.kernel.errors import NotFound
from registry.kernel.text import _, later
from registry.standards.acceptance import AcceptanceRole, ConcealedItem, LotTemplate, SamplingTables
from registry.standards.archiving import ArchiveRules
from registry.standards.catalogues import (
    ArchiveDocument,
    DesignLife,
    Entry,
    Gate,
    PlaqueLine,
    QualificationKind,
    ResponsibilityField,
)
from registry.standards.checks import Check
from registry.standards.completion import (
    CompletionClocks,
    CompletionGate,
    DwellingCheckpoint,
    FilingDocument,
    HousingCategory,
)
from registry.standards.divisions import Division, DivisionTree
from registry.standards.drawings import (
    ArgumentKind,
    ChangeKind,
    Deliverable,
    Discipline,
    DrawingStage,
    ReviewTrigger,
    TargetKind,
)
from registry.standards.lots import KeyStep, LotLayout, SampleRule
from registry.standards.materials import MaterialKind, ProducerPledges
from registry.standards.periods import ArchiveHandover, ChangeClock, PlaqueTiming
from registry.standards.posts import Post, Role, SitePost, each_name_means_one
from registry.standards.reading import Malformed, read
from registry.standards.reviews import ReviewLine
from registry.standards.site_management import SiteItem, SiteRule
from registry.standards.stages import StageDocument
from registry.standards.trace_order import TraceStep
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


@dataclass(frozen=True, slots=True)
class One(Generic[Content]):
    """The content is a single record of `shape`."""

    shape: type[Content]

    def __call__(self, content: object) -> Content:
        found: Content = read(self.shape, content, _("内容"))
        return found


@dataclass(frozen=True, slots=True)
class Rows(Generic[Content]):
    """The content is a list of records of `shape`, each known by its `key`; `judge` sees them together."""

    shape: type[Content]
    key: str = "key"
    judge: Callable[[tuple[Content, ...]], object] | None = None

    def __call__(self, content: object) -> tuple[Content, ...]:
        found: tuple[Content, ...] = read(tuple[self.shape, ...], content, _("内容"))  # type: ignore[name-defined]
        keys = [getattr(row, self.key) for row in found]
        twice = sorted({name for name in keys if keys.count(name) > 1})
        if twice:
            raise Malformed(_("“{names}”出现了不止一次。", names="、".join(twice)))
        if self.judge is not None:
            self.judge(found)
        return found


@dataclass(frozen=True, slots=True)
class Made(Generic[Content]):
    """The content is a list of records of `shape`, and `make` turns them into something better to ask."""

    shape: type[Any]
    key: str
    make: Callable[[tuple[Any, ...]], Content]

    def __call__(self, content: object) -> Content:
        return self.make(Rows(self.shape, self.key)(content))


one, rows = One, Rows
"""How the table below says it."""


ROLES = Kind("roles", later("责任主体"), rows(Role))
POSTS = Kind("posts", later("责任岗位"), rows(Post, judge=each_name_means_one))
SITE_POSTS = Kind("site-posts", later("现场岗位"), rows(SitePost))
WORDING = Kind("wording", later("文书文本"), one(Wording), keyed=True)
GATES = Kind("gates", later("办理前提"), rows(Gate))
CHANGE_CLOCK = Kind("change-clock", later("项目负责人变更备案时限"), one(ChangeClock))
PLAQUE_TIMING = Kind("plaque-timing", later("永久性标牌设置时间"), one(PlaqueTiming))
PLAQUE_CONTENT = Kind("plaque-content", later("永久性标牌内容"), rows(PlaqueLine))
DIVISIONS = Kind("divisions", later("分部分项划分"), Made(Division, "code", DivisionTree))
WARRANTY = Kind("warranty", later("最低保修期限"), rows(WarrantyRule))
SEASONS = Kind("seasons", later("采暖期与供冷期"), one(Seasons))
DESIGN_LIFE = Kind("design-life", later("设计使用年限"), rows(DesignLife))
ARCHIVE_CATALOGUE = Kind("archive-catalogue", later("归档文件目录"), rows(ArchiveDocument, key="code"))
ARCHIVE_HANDOVER = Kind("archive-handover", later("档案移交时限"), one(ArchiveHandover))
ARCHIVE_RULES = Kind("archive-rules", later("归档文件的密级与格式"), one(ArchiveRules))
RESPONSIBILITY_FORM = Kind("responsibility-form", later("质量终身责任信息表"), rows(ResponsibilityField))
QUALIFICATION_KINDS = Kind("qualification-kinds", later("注册执业资格"), rows(QualificationKind))
PROJECT_CATEGORIES = Kind("project-categories", later("工程类别"), rows(Entry))
MATERIAL_KINDS = Kind("material-kinds", later("材料种类"), rows(MaterialKind))
PRODUCER_PLEDGES = Kind("producer-pledges", later("材料生产单位承诺"), one(ProducerPledges))
STRUCTURE_KINDS = Kind("structure-kinds", later("结构类型"), rows(Entry))
ACCEPTANCE_ROLES = Kind("acceptance-roles", later("质量验收的组织与签字"), rows(AcceptanceRole))
SAMPLING = Kind("sampling", later("抽样数量与判定"), one(SamplingTables))
LOT_TEMPLATES = Kind("lot-templates", later("检验批验收项目"), rows(LotTemplate))
CONCEALED_WORK = Kind("concealed-work", later("隐蔽工程验收项目"), rows(ConcealedItem))
UNIT_REVIEWS = Kind("unit-reviews", later("单位工程核查与结构实体检验"), rows(ReviewLine))
CHECKLIST = Kind("checklist", later("监督检查要点"), rows(Check))
STAGE_DOCUMENTS = Kind("stage-documents", later("各阶段应有文件"), rows(StageDocument))
TRACE_ORDER = Kind("trace-order", later("责任追溯的排列次序"), rows(TraceStep))
REVEAL_REASONS = Kind("reveal-reasons", later("查看完整证件号码的理由"), rows(Entry))
DISCIPLINES = Kind("drawing-disciplines", later("设计专业"), rows(Discipline))
DRAWING_STAGES = Kind("drawing-stages", later("设计阶段"), rows(DrawingStage))
DELIVERABLES = Kind("design-deliverables", later("数字化设计成果交付清单"), rows(Deliverable))
CHANGE_KINDS = Kind("change-kinds", later("设计变更与工程洽商的批准"), rows(ChangeKind))
REVIEW_TRIGGERS = Kind("review-triggers", later("须重新审查的设计变更"), rows(ReviewTrigger))
ARGUMENT_KINDS = Kind("argument-kinds", later("方案审查与专家论证"), rows(ArgumentKind))
TARGET_KINDS = Kind("target-kinds", later("设计目标"), rows(TargetKind))
LOT_LAYOUTS = Kind("lot-layouts", later("检验批划分"), rows(LotLayout))
KEY_STEPS = Kind("key-steps", later("关键部位、关键环节"), rows(KeyStep))
FIRST_SAMPLES = Kind("first-samples", later("样板引路"), rows(SampleRule))
SITE_MANAGEMENT = Kind("site-management", later("施工现场质量管理检查项目"), rows(SiteItem))
SITE_MANAGEMENT_RULE = Kind("site-management-rule", later("施工现场质量管理检查的填写与前提"), one(SiteRule))
COMPLETION_GATES = Kind("completion-gates", later("竣工验收、备案和移交的前提"), rows(CompletionGate))
COMPLETION_CLOCKS = Kind("completion-clocks", later("竣工验收和备案的期限"), one(CompletionClocks))
FILING_DOCUMENTS = Kind("filing-documents", later("竣工验收备案文件"), rows(FilingDocument))
DWELLING_CHECKS = Kind("dwelling-checks", later("分户验收内容"), rows(DwellingCheckpoint))
HOUSING = Kind("residential", later("住宅工程的类别"), rows(HousingCategory))

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        ROLES, POSTS, SITE_POSTS, WORDING, GATES, CHANGE_CLOCK, PLAQUE_TIMING, PLAQUE_CONTENT, DIVISIONS, WARRANTY,
        SEASONS, DESIGN_LIFE, ARCHIVE_CATALOGUE, ARCHIVE_HANDOVER, ARCHIVE_RULES, RESPONSIBILITY_FORM, QUALIFICATION_KINDS,
        PROJECT_CATEGORIES, STRUCTURE_KINDS, REVEAL_REASONS, COMPLETION_GATES, COMPLETION_CLOCKS, FILING_DOCUMENTS,
        DWELLING_CHECKS, HOUSING,
        CHECKLIST, STAGE_DOCUMENTS, TRACE_ORDER,
        MATERIAL_KINDS, PRODUCER_PLEDGES, ACCEPTANCE_ROLES, SAMPLING, LOT_TEMPLATES, CONCEALED_WORK,
        UNIT_REVIEWS,
        LOT_LAYOUTS, KEY_STEPS, FIRST_SAMPLES, SITE_MANAGEMENT, SITE_MANAGEMENT_RULE,
        DISCIPLINES, DRAWING_STAGES, DELIVERABLES, CHANGE_KINDS, REVIEW_TRIGGERS, ARGUMENT_KINDS, TARGET_KINDS,
    )
}
"""By name, in the order the handbook shows them."""


def kind_named(name: str) -> Kind[Any]:
    if name not in KINDS:
        raise NotFound(_("标准手册中没有“{name}”这一类。", name=name))
    return KINDS[name]
