"""The conditions that turn on what the site recorded: divisions, lots, hidden work, tests, design changes, archive.

Everything is asked once, however many unit projects are looked at together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import any_, bindparam, exists, select
from sqlalchemy.orm import aliased

from registry.acceptance.models import ConcealedWork, NodeAcceptance, Signature
from registry.acceptance.rules import CLOSED, Verdict
from registry.acceptance.rules import State as Reached
from registry.acceptance.standing import UnitState, states_of_units
from registry.archives.completeness import shelf_of
from registry.archives.rules import Tally
from registry.completion.rules import Answer, State, lacking, met, not_applicable, unknown
from registry.completion.standing import UNITS, Standing
from registry.designs.queries import unreviewed_changes
from registry.kernel.text import _
from registry.materials.models import Batch
from registry.materials.rules import HoldKey
from registry.materials.standing import holds
from registry.standards.completion import Moment
from registry.standards.stages import Stage
from registry.works.models import Lot
from registry.works.standing import Blocker, lot_blockers

Found = TypeVar("Found")
BUILT = frozenset({Stage.BEFORE_START, Stage.CONSTRUCTION})
DUE = {Moment.ACCEPTANCE: BUILT, Moment.HANDOVER: BUILT | {Stage.ACCEPTANCE, Stage.FILING}}
"""Which stages' documents must be there by then."""
SHOWN = 5           # of many missing things, so many are named; the rest is counted

FOLLOWING = aliased(ConcealedWork)
CONCEALED = (
    select(ConcealedWork.unit_project_id, ConcealedWork.place, Signature.verdict)
    .outerjoin(Signature, (Signature.work_id == ConcealedWork.id) & Signature.decides)
    .where(ConcealedWork.unit_project_id == any_(UNITS), ~exists().where(FOLLOWING.previous_id == ConcealedWork.id))
    .order_by(ConcealedWork.unit_project_id, ConcealedWork.number)
)
LOTS = (
    select(Lot.id, Lot.unit_project_id).where(Lot.unit_project_id == any_(UNITS), Lot.withdrawn_at.is_(None)).order_by(Lot.id)
)
TOTALS = (
    select(NodeAcceptance.unit_project_id, NodeAcceptance.totals)
    .where(NodeAcceptance.unit_project_id == any_(UNITS), NodeAcceptance.code == "", NodeAcceptance.fallen_at.is_(None))
    .order_by(NodeAcceptance.unit_project_id)
)
BATCHES = select(Batch.id, Batch.number).where(Batch.project_id == bindparam("project")).order_by(Batch.number, Batch.id)


def named(found: Iterable[str]) -> tuple[str, ...]:
    """The first few of many, and how many more there are."""
    every = list(found)
    return (*every[:SHOWN], _("另有 {count} 项", count=len(every) - SHOWN)) if len(every) > SHOWN else tuple(every)


def divisions(now: Standing, _moment: Moment) -> Answer:
    """Every division has passed, or is declared 不涉及. Source: GB 50300-2013 第5.0.4条."""
    link = f"/units/{now.unit.id}/acceptance"
    found = tree_of(now)
    every = found.children("")
    if not begun(found):
        return unknown(_("系统中没有检验批、分部工程验收记录"), link)
    waiting = [node for node in every if node.state not in CLOSED]
    if not waiting:
        return met(_("{count} 个分部均已验收合格或者不涉及", count=len(every)))
    return lacking([
        _("{count} 个分部中有 {waiting} 个未通过", count=len(every), waiting=len(waiting)),
        *named(f"{node.code} {node.name}" for node in waiting),
    ], link)


def preliminary(now: Standing, _moment: Moment) -> Answer:
    """总监理工程师 has held the preliminary acceptance and passed it. Source: GB 50300-2013 第6.0.5条."""
    link = f"/units/{now.unit.id}/acceptance"
    found = tree_of(now)
    if not begun(found):
        return unknown(_("系统中没有竣工预验收记录"), link)
    if found.root.state is Reached.PASSED:
        return met(_("总监理工程师已签署竣工预验收合格"))
    said = _("竣工预验收正在签字") if found.root.state is Reached.SIGNING else _("尚未报请竣工预验收，或者预验收未通过")
    return lacking([said], link)


def tree_of(now: Standing) -> UnitState:
    return once(now, "trees", lambda: states_of_units(now.uow.session, now.together, now.today))[now.unit.id]


def begun(found: UnitState) -> bool:
    """Whether the site is recorded here at all."""
    return any(node.lots or node.acceptance or node.own is not Reached.OPEN for node in found.nodes.values())


def lots(now: Standing, _moment: Moment) -> Answer:
    """No lot of the unit waits for material, a first sample or the mark of a key step."""
    found = once(now, "lots", lambda: lots_together(now))[now.unit.id]
    if not found:
        return not_applicable(_("系统中没有检验批"))
    stopped = [blockers for blockers in found if blockers]
    if not stopped:
        return met(_("{count} 个检验批", count=len(found)))
    return lacking([
        _("{count} 个检验批中有 {stopped} 个存在问题", count=len(found), stopped=len(stopped)),
        *named(dict.fromkeys(one.label for blockers in stopped for one in blockers)),
    ], f"/units/{now.unit.id}/works")


def lots_together(now: Standing) -> dict[UUID, list[tuple[Blocker, ...]]]:
    """By unit project: what stops each of its lots, () for a lot that nothing stops."""
    units = dict(now.uow.session.execute(LOTS, {"units": now.together}).all())
    found: dict[UUID, list[tuple[Blocker, ...]]] = defaultdict(list)
    for lot, blockers in lot_blockers(now.uow.session, units, now.today).items():
        found[units[lot]].append(blockers)
    return found


def concealed(now: Standing, _moment: Moment) -> Answer:
    """Every hidden work was looked at and passed, the last look counting. Source: 建设工程质量管理条例 第三十条."""
    link = f"/units/{now.unit.id}/concealed"
    works = once(now, "concealed", lambda: concealed_together(now))[now.unit.id]
    if not works:
        return unknown(_("系统中没有隐蔽工程验收记录"), link)
    waiting = [place for place, verdict in works if verdict is not Verdict.PASSED]
    if not waiting:
        return met(_("{count} 处隐蔽工程均已验收", count=len(works)))
    return lacking([
        _("{count} 处隐蔽工程中有 {waiting} 处未通过", count=len(works), waiting=len(waiting)), *named(waiting),
    ], link)


def concealed_together(now: Standing) -> dict[UUID, list[tuple[str, Verdict | None]]]:
    """By unit project: where work was hidden, and what the last look at it said; None while nobody has decided."""
    found: dict[UUID, list[tuple[str, Verdict | None]]] = defaultdict(list)
    for unit, place, verdict in now.uow.session.execute(CONCEALED, {"units": now.together}):
        found[unit].append((place, verdict))
    return found


def once(now: Standing, name: str, ask: Callable[[], Found]) -> Found:
    """Ask only once for what answers for every unit project that is looked at together."""
    if name not in now.shared:
        now.shared[name] = ask()
    found: Found = now.shared[name]
    return found


def tests(now: Standing, _moment: Moment) -> Answer:
    """Materials by their reports; functional tests as they were gone through for the preliminary acceptance."""
    materials = once(now, "tests", lambda: tests_of(now))
    if materials.state is not State.MET:
        return materials
    totals, link = totals_of(now), f"/units/{now.unit.id}/acceptance"
    if not totals:
        return Answer(State.UNKNOWN, (*materials.missing, _("系统中没有功能性试验资料的核查记录")), link)
    said = _("安全和功能检验资料核查 {all} 项，符合规定 {right} 项", all=totals["tests"], right=totals["tests_right"])
    if totals["tests_right"] < totals["tests"]:
        return lacking([said], link)
    return met(*materials.missing, said)


def totals_of(now: Standing) -> dict[str, Any]:
    """What was counted when the unit project's preliminary acceptance was opened; nothing where it was not."""
    return once(now, "totals", lambda: totals_together(now))[now.unit.id]


def totals_together(now: Standing) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    found.update({unit: totals for unit, totals in now.uow.session.execute(TOTALS, {"units": now.together}) if totals})
    return found


def tests_of(now: Standing) -> Answer:
    """Every batch that came to the project has its papers, its reports and its approval, or has left it."""
    link = f"/projects/{now.project.id}/materials"
    batches = dict(now.uow.session.execute(BATCHES, {"project": now.project.id}).all())
    if not batches:
        return unknown(_("系统中没有材料进场记录"), link)
    held = {
        batch: found for batch, found in holds(now.uow.session, batches).items()
        if any(one.key is not HoldKey.REMOVED for one in found)
    }
    if not held:
        return met(_("{count} 批材料均有合格的试验报告", count=len(batches)))
    return lacking([
        _("{count} 批材料中有 {held} 批未齐备", count=len(batches), held=len(held)),
        *named(_("{number}：{label}", number=batches[batch], label=found[0].label) for batch, found in held.items()),
    ], link)


def design_changes(now: Standing, _moment: Moment) -> Answer:
    """No change that must be reviewed again is left without it."""
    unreviewed = once(now, "design changes", lambda: unreviewed_changes(now.uow, now.project))
    waiting = [one for one in unreviewed if one.unit_project_id in {None, now.unit.id}]
    return lacking(named(_("变更 {number} 未经审查", number=one.number) for one in waiting),
                   f"/projects/{now.project.id}/designs")


def archive(now: Standing, moment: Moment) -> Answer:
    """Whether the unit project's archive has what it must have by then; before hand-over, papers elsewhere may be stated."""
    link = f"/projects/{now.project.id}/archives"
    found = archive_of(now)
    missing = [line for line in found.missing if line.asked.stage in DUE[moment]]
    if not missing:
        return met(_("必备文件 {present} 件齐全", present=found.present))
    words = (
        _("必备文件尚缺 {count} 件（完成 {percent}%）", count=len(missing), percent=found.percent),
        *named(f"{line.document.code} {line.document.name}（{line.firm.name}）" for line in missing),
    )
    if moment is Moment.HANDOVER:
        return lacking(words, link)
    return Answer(State.UNKNOWN, (*words, _("原件在系统以外的，由建设单位项目负责人书面确认")), link)


def archive_of(now: Standing) -> Tally:
    """The completeness of the unit project's own archive. What is there is asked once for all of them."""
    return once(now, "archive", lambda: shelf_of(now.uow, now.project)).of_unit(now.unit)
