"""The owner's filing (竣工验收备案), within fifteen days of acceptance.

Source: 建设工程质量管理条例 第四十九条; 住房和城乡建设部令第2号 第四、五条.
"""

from uuid import UUID

from registry import policy
from registry.archives.filing import FileFacts, file_document
from registry.completion import papers, telling
from registry.completion.actions import GatesNotMet
from registry.completion.gates import barring, lines_of
from registry.completion.models import UNIT_IN_FULL, CompletionFiling
from registry.completion.papers import FilingWords
from registry.completion.standing import standing
from registry.completion.station import NotAccepted
from registry.documents import actions as documents
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.notices.calendar import deadline
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.standards import handbook as standards
from registry.standards.completion import Moment


class AlreadySubmitted(Conflict):
    code = "completion.already-filed"


def submit_filing(uow: UnitOfWork, unit_id: UUID, words: FilingWords) -> CompletionFiling:
    """Hand the 备案表 and what belongs to it in to the station; marked late after the fifteen days, never refused for it.

    Raises NotAccepted, AlreadySubmitted, GatesNotMet with the list.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_FILE, unit.scope)
    uow.get(UnitProject, unit_id, lock=True)
    now = standing(uow, unit_id)
    held = now.accepted_round
    if held is None or held.acceptance is None:
        raise NotAccepted(_("该单位工程尚未竣工验收合格，不能备案。"))
    if held.filing is not None:
        raise AlreadySubmitted(_("已于 {day} 报送备案。", day=held.filing.submitted_on))
    lines = barring(lines_of(now, Moment.FILING))
    if lines:
        raise GatesNotMet(lines)
    printed = papers.filing_form(now, held, held.acceptance, words, uow.actor.name)
    form = documents.deposit(uow, uow.tools.printer.pdf("filing_form", printed), "application/pdf")
    file_by = held.acceptance.file_by
    filing = CompletionFiling(
        id=uow.new_id(), round_id=held.id, content=words.content, scale=words.scale, contract_price=words.contract_price,
        form_sha256=form, submitted_on=uow.today, submitted_at=uow.at, submitted_by_id=uow.actor.account,
        late=file_by is not None and uow.today > file_by,
    )
    uow.session.add(filing)
    ledger.append(uow, "completion.filed", filing, files=documents.refs(uow, form))
    file_document(uow, now.project.id, FileFacts(
        "E1-12", _("{unit}竣工验收备案表", unit=unit.name), form, uow.today, unit_id=unit_id,
    ))
    notices.mark_done(uow, "completion.to-file", telling.page_of(now))
    clocks = standards.completion_clocks(uow.session, now.project.region, uow.today).content
    telling.of_filing(uow, now, deadline(clocks.reacceptance, uow.today).due_on)
    return filing
