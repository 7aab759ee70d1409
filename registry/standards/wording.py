"""Wordings of the papers people sign: authorisation, pledge, change of leader, hand-over.

A wording is text with named blanks. Only the blanks listed here exist, so that a text loaded by a
station can take nothing out of the registry but what belongs on the paper.

Source: 建办质〔2014〕44号 附件 (式样, 可参考). The default texts are ours, in that style.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from babel.support import LazyProxy

from registry.kernel.text import _, later
from registry.standards.reading import Malformed

BLANKS: dict[str, LazyProxy] = {
    "project": later("工程项目名称"),
    "organisation": later("单位名称"),
    "legal_representative": later("法定代表人姓名"),
    "person": later("姓名"),
    "post": later("担任职务"),
    "scope": later("承担范围"),
    "design_life": later("设计使用年限"),
    "predecessor": later("原任姓名"),
    "successor": later("继任姓名"),
    "effective_on": later("生效日期"),
    "reason": later("变更原因"),
}
"""Name in the text → what goes there."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One line to be filled in, in the order of the official form."""

    key: str
    label: str
    optional: bool = False  # may stay empty on a valid paper


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    paragraphs: tuple[str, ...]
    fields: tuple[FormField, ...]    # what the form asks before its text, in its order
    closing: tuple[FormField, ...]   # what follows the text: particulars, signatures, seals, the day

    def __post_init__(self) -> None:
        if not self.paragraphs:
            raise Malformed(_("文本至少要有一段。"), field="paragraphs")
        self.blanks()

    def blanks(self) -> frozenset[str]:
        """Return the names of the blanks in the text. Raises Malformed at one that does not exist."""
        found = {name for paragraph in self.paragraphs for name in blanks_in(paragraph)}
        unknown = sorted(found - set(BLANKS))
        if unknown:
            raise Malformed(
                _("文本中的空白“{names}”不存在。", names="、".join(unknown)),
                field="paragraphs",
                remedy=_("可以使用：{names}。", names=blanks_offered()),
            )
        return frozenset(found)

    def filled(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the paragraphs with every blank filled in.

        values   a text for each blank the wording has; more does no harm
        raises   Malformed when a blank would stay empty
        """
        empty = sorted(name for name in self.blanks() if not values.get(name))
        if empty:
            raise Malformed(_("文本还缺少：{names}。", names=named(empty)))
        return tuple(paragraph.format_map(values) for paragraph in self.paragraphs)


def blanks_in(paragraph: str) -> list[str]:
    """Return the names between braces. Raises Malformed at a brace left open or a blank with a format."""
    try:
        parts = list(Formatter().parse(paragraph))
    except ValueError:
        told = _("文本中的花括号没有成对：{text}", text=paragraph[:40])
        raise Malformed(told, field="paragraphs") from None
    if any(form or conversion for _text, _name, form, conversion in parts):
        told = _("空白里只能写名称，例如 {example}。", example="{project}")
        raise Malformed(told, field="paragraphs")
    return [name for _text, name, _form, _conversion in parts if name is not None]


def named(blanks: Iterable[str]) -> str:
    """Return the blanks' meanings, for a sentence."""
    return "、".join(str(BLANKS[name]) for name in sorted(blanks))


def blanks_offered() -> str:
    """Return every blank with its meaning: {project} 工程项目名称、…"""
    return "、".join(f"{{{name}}} {label}" for name, label in BLANKS.items())
