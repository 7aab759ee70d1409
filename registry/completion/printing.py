"""The conditions of a unit project on paper (办理前提核查表), and which report an address means."""

from dataclasses import dataclass
from uuid import UUID

from registry.completion import papers
from registry.completion.gates import lines_of
from registry.completion.models import ReportKind
from registry.completion.rules import MOMENT_WORDS, STATE_WORDS
from registry.completion.standing import standing
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.standards.completion import Moment


@dataclass(frozen=True, slots=True)
class Printed:
    name: str
    pdf: bytes


def report_kind(name: str) -> ReportKind:
    """Return the report known by its name in an address. Raises NotFound."""
    if name not in {kind.value for kind in ReportKind}:
        raise NotFound(_("没有找到所要的记录。"))
    return ReportKind(name)


MOMENTS = tuple(Moment)


def moment_named(asked: str) -> Moment:
    """Return the step an address asks about; what was never offered becomes acceptance."""
    return Moment(asked) if asked in {one.value for one in Moment} else Moment.ACCEPTANCE


def gate_report(uow: UnitOfWork, unit_id: UUID, moment: Moment) -> Printed:
    """Print how every condition before a step stands today. Kept nowhere: it is of today alone."""
    now = standing(uow, unit_id)
    rows = [
        [line.label, str(STATE_WORDS[line.state]), line.told, "" if line.passed else line.who, line.source]
        for line in lines_of(now, moment)
    ]
    title = _("{moment}前提核查表", moment=MOMENT_WORDS[moment])
    facts = papers.paper(
        papers.number_of("QTHC", now, len(now.rounds) or 1), title,
        [*papers.about(now), (_("核查日期"), uow.today)], tables=[{
            "heading": "", "columns": [_("前提"), _("状态"), _("情况"), _("办理人"), _("依据")], "rows": rows,
        }],
    )
    return Printed(f"{now.unit.name}-{title}.pdf", uow.tools.printer.pdf("gate_report", facts))
