"""What is on record about a part, told in plain values: the same for the page, the printed report and the command.

Days are ISO text. Every entry has `why`, the reason it is shown, and `link`, the page of its record.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from registry.acceptance.models import ConcealedWork
from registry.acceptance.rules import VERDICT_NAMES, Verdict
from registry.acceptance.signers import Signer
from registry.defects.evidence import Evidence, LotFound, Used
from registry.designs.models import DesignChange, DrawingSet, Result
from registry.designs.queries import InForceDrawings
from registry.designs.words import why_words
from registry.kernel.text import _, later
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.materials.models import Disposition
from registry.materials.rules import state_word
from registry.materials.standing import kind_of
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel
from registry.works.models import FirstSample, Mark

Told = dict[str, Any]

LEVELS: Mapping[AcceptanceLevel, LazyProxy] = {
    AcceptanceLevel.LOT: later("检验批"), AcceptanceLevel.CONCEALED: later("隐蔽工程"), AcceptanceLevel.ITEM: later("分项工程"),
    AcceptanceLevel.SUBDIVISION: later("子分部工程"), AcceptanceLevel.DIVISION: later("分部工程"),
    AcceptanceLevel.UNIT: later("单位工程"),
}
DISPOSED: Mapping[Disposition.Kind, LazyProxy] = {
    Disposition.Kind.REMOVED: later("退场"), Disposition.Kind.DOWNGRADED: later("降级使用"),
    Disposition.Kind.RETEST: later("加倍取样复检"),
}


def told(uow: UnitOfWork, found: Evidence) -> Told:
    """Return `lots` (the nearest to the day first) of `lots_total` (all at `lots_link`), `materials`, `drawings`,
    `acceptances`, `concealed`, `first_samples`; `part_shown` where the lots are those of a part above the one asked.
    """
    steps = StepNames(uow)
    return {
        "lots": [lot_told(one, steps) for one in found.lots], "lots_total": found.total,
        "lots_link": f"/units/{found.unit.id}/works?below={found.code}" if found.unit else None,
        "part_shown": f"{found.shown.code} {found.shown.name}" if found.widened and found.shown else None,
        "materials": [material_told(uow, one) for one in found.materials],
        "drawings": drawings_told(found.drawings),
        "acceptances": acceptances_told(found.signers),
        "concealed": [covered_told(one, found) for one in found.concealed],
        "first_samples": [sample_told(uow, one) for one in found.samples],
    }


class StepNames:
    """What the key steps of marks were called by the edition each mark was made under."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.known: dict[UUID, dict[str, str]] = {}

    def of(self, mark: Mark) -> str:
        if not mark.step:
            return _("检验批整体")
        if mark.edition_id not in self.known:
            rows = standards.content_of(self.uow.session, kinds.KEY_STEPS, mark.edition_id)
            self.known[mark.edition_id] = {row.key: row.label for row in rows}
        return self.known[mark.edition_id].get(mark.step, mark.step)


def lot_told(one: LotFound, steps: StepNames) -> Told:
    return {
        "number": one.lot.number, "name": one.lot.name, "item": one.item, "place": one.lot.place,
        "day": one.worked_on.isoformat() if one.worked_on else None, "why": why_lot(one),
        "link": f"/lots/{one.lot.id}",
        "marks": [mark_told(mark, steps) for mark in one.marks],
        "signers": [signer_told(signer) for signer in one.signers],
    }


def why_lot(one: LotFound) -> str:
    if one.days_off is None:
        return _("该部位的检验批，施作日期未登记")
    if one.days_off == 0:
        return _("当日施作") if one.marks else _("当日有记录")
    far = _("与所问日期相差 {days} 天", days=one.days_off)
    return far if one.marks or one.signers else _("{far}，尚无责任标识", far=far)


def mark_told(mark: Mark, steps: StepNames) -> Told:
    return {
        "step": steps.of(mark), "done_on": mark.done_on.isoformat(), "doer": mark.doer_name, "checker": mark.checker_name,
        "accepter": mark.accepter_name, "verdict": str(VERDICT_NAMES[Verdict(mark.verdict.value)]) if mark.verdict else None,
        "link": f"/marks/{mark.id}",
    }


def signer_told(signer: Signer) -> Told:
    return {
        "label": signer.label, "name": signer.name, "signed_on": signer.signed_on.isoformat(),
        "verdict": str(VERDICT_NAMES[signer.verdict]),
    }


def material_told(uow: UnitOfWork, one: Used) -> Told:
    batch = one.batch
    tests = {test.key: test.label for test in kind_of(uow.session, batch.kinds_id, batch.kind).tests}
    return {
        "number": batch.number, "product": batch.product, "grade": batch.grade, "producer": batch.producer_name,
        "supplier": batch.supplier_name, "arrived_on": batch.arrived_on.isoformat(), "state": state_word(one.holds),
        "held": bool(one.holds), "holds": [hold.label for hold in one.holds],
        "reports": [
            {"number": report.number, "test": tests.get(report.test, report.test), "verdict": str(VERDICT_NAMES[
                Verdict(report.verdict.value)]), "commissioned_by_owner": report.commissioned_by_owner}
            for report in one.reports
        ],
        "dispositions": [
            {"kind": str(DISPOSED[each.kind]), "reason": each.reason, "on": day_in_china(each.disposed_at).isoformat(),
             "by": each.disposed_by, "witness": each.witnessed_by or None}
            for each in one.dispositions
        ],
        "lots": list(one.lots), "why": _("用于检验批 {lots}", lots=listed(one.lots)), "link": f"/batches/{batch.id}",
    }


def listed(numbers: Sequence[str], most: int = 5) -> str:
    said = "、".join(numbers[:most])
    return _("{lots}等 {count} 个", lots=said, count=len(numbers)) if len(numbers) > most else said


def drawings_told(found: InForceDrawings | None) -> Told | None:
    if found is None:
        return None
    return {
        "sets": [set_told(one, _("当日有效")) for one in found.sets],
        "changes": [change_told(one, _("当日有效，涉及该部位")) for one in found.changes],
        "waiting": [
            *(set_told(one.what, _("当日未生效：{why}", why=why_words(one.why))) for one in found.waiting),
            *(change_told(one.what, _("当日未生效：{why}", why=why_words(one.why))) for one in found.waiting_changes),
        ],
    }


def set_told(one: DrawingSet, why: str) -> Told:
    certificates = [each.review.certificate_number for each in one.reviewed if each.review.result is Result.QUALIFIED]
    return {
        "number": one.number, "title": one.title, "version": one.version, "firm": one.participation.organisation_name,
        "designer": one.designer_name, "on": one.delivered_on.isoformat(),
        "certificate": certificates[-1] if certificates else None, "why": why, "link": f"/drawing-sets/{one.id}",
    }


def change_told(one: DesignChange, why: str) -> Told:
    return {
        "number": one.number, "title": one.content, "version": None, "firm": one.participation.organisation_name,
        "designer": None, "on": one.effective_on.isoformat(), "certificate": None, "why": why,
        "link": f"/design-changes/{one.id}",
    }


def acceptances_told(signers: Iterable[Signer]) -> list[Told]:
    """Signatures put together by what they are about, from the top of the tree down."""
    about: dict[str, Told] = {}
    for signer in signers:
        if signer.level is not AcceptanceLevel.CONCEALED:
            entry = about.setdefault(signer.link, {
                "level": str(LEVELS[signer.level]), "name": signer.what, "link": signer.link,
                "why": _("{level}验收覆盖该部位", level=LEVELS[signer.level]), "signers": [],
            })
            entry["signers"].append(signer_told(signer))
    order = [str(LEVELS[level]) for level in reversed(AcceptanceLevel)]
    return sorted(about.values(), key=lambda entry: order.index(entry["level"]))


def covered_told(work: ConcealedWork, found: Evidence) -> Told:
    link = f"/concealed/{work.id}"
    return {
        "place": work.place, "contents": work.contents, "drawings": work.drawings, "materials": work.materials,
        "on": day_in_china(work.looked_at).isoformat(), "entered_by": work.entered_name, "why": _("该部位的隐蔽工程"),
        "link": link, "signers": [signer_told(one) for one in found.signers if one.link == link],
    }


def sample_told(uow: UnitOfWork, sample: FirstSample) -> Told:
    tree = standards.divisions(uow.session, uow.today)
    return {
        "item": tree.find(sample.item_code).name if sample.item_code in tree else sample.item_code, "place": sample.place,
        "on": day_in_china(sample.made_at).isoformat(),
        "verdict": str(VERDICT_NAMES[Verdict(sample.verdict.value)]) if sample.verdict else None,
        "why": _("该分项的样板"), "link": f"/first-samples/{sample.id}",
    }
