"""The chapters of the handbook: which kinds of editions stand together on its first page."""

from babel.support import LazyProxy

from registry.kernel.text import later
from registry.standards.kinds import KINDS

CHAPTERS: dict[str, tuple[LazyProxy, tuple[str, ...]]] = {
    "people": (
        later("责任主体与岗位"), ("roles", "posts", "site-posts", "qualification-kinds", "change-clock", "trace-order")
    ),
    "papers": (later("文书与标牌"), ("wording", "gates", "responsibility-form", "plaque-timing", "plaque-content")),
    "construction": (
        later("设计与施工"),
        (
            "divisions", "drawing-disciplines", "drawing-stages", "design-deliverables", "change-kinds",
            "review-triggers", "argument-kinds", "target-kinds", "lot-layouts", "key-steps", "first-samples",
            "site-management", "site-management-rule",
        ),
    ),
    "materials": (later("材料"), ("material-kinds", "producer-pledges")),
    "acceptance": (
        later("质量验收"), ("checklist", "acceptance-roles", "sampling", "lot-templates", "concealed-work", "unit-reviews")
    ),
    "completion": (
        later("竣工验收与备案"),
        ("stage-documents", "completion-gates", "completion-clocks", "filing-documents", "dwelling-checks", "residential"),
    ),
    "archives": (later("档案"), ("archive-catalogue", "archive-rules", "archive-handover")),
    "warranty": (later("保修与使用年限"), ("warranty", "seasons", "design-life")),
}
"""By key: the title and the names of the kinds. What stands in none of them belongs to the last chapter, the lists."""

LISTS = "lists"
LISTS_TITLE = later("选项与清单")


def chapters_in_order() -> list[tuple[str, LazyProxy, tuple[str, ...]]]:
    """Return every chapter with its key, title and kinds; each kind there is stands in one of them."""
    placed = {name for _title, names in CHAPTERS.values() for name in names}
    known = [(key, title, tuple(n for n in names if n in KINDS)) for key, (title, names) in CHAPTERS.items()]
    return [*known, (LISTS, LISTS_TITLE, tuple(name for name in KINDS if name not in placed))]
