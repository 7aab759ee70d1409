"""Lawful states of completion: each function does what its people would have done."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from click.testing import Result

from registry.completion.actions import Meeting, Voice, call_meeting, sign_opinion
from registry.completion.filing import submit_filing
from registry.completion.gates import GateLine, UnitGates, run, run_project
from registry.completion.models import CompletionFiling, Opinion, ReportKind, Stance
from registry.completion.papers import FilingWords
from registry.completion.reports import ReportFacts, StatementFacts, state_condition, submit_report
from registry.completion.station import Seen, receive_filing, record_oversight
from registry.completion.warranty import Terms, draw_up, sign_certificate
from registry.kernel.actor import Actor, Role
from registry.kernel.uow import UnitOfWork, Units
from registry.parties.models import IdentityKind
from registry.plaques.actions import Size
from registry.pledges.actions import Signing
from registry.pledges.changes import Newcomer, hand_over
from registry.projects.actions import UnitFacts, add_unit, amend_project
from registry.projects.correcting import amend_unit
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.standards.completion import Moment
from tests import build
from tests.accounts.visiting import application
from tests.build import Site
from tests.conftest import Clock

__all__ = ["Size"]

REPORTERS = {
    ReportKind.CONTRACTOR: "contractor", ReportKind.SUPERVISION: "supervision", ReportKind.SURVEY: "survey",
    ReportKind.DESIGN: "design",
}
SPEAKERS = {
    "owner-leader": "owner", "project-manager": "contractor", "chief-supervisor": "supervision",
    "site/supervision-engineer": "site/supervision-engineer",
}
"""Post that states a condition → who holds it on the tests' site."""
ROLES = ("owner", "survey", "design", "contractor", "supervision")


def signing(site: Site, clock: Clock) -> Signing:
    """A right signature; half a minute passes, for a code is good once."""
    clock.forward(seconds=30)
    return build.signing(site.units)


def report(site: Site, clock: Clock, kind: ReportKind, unit: UUID | None = None) -> None:
    given = signing(site, clock)
    with site.units.writing(site.leaders[REPORTERS[kind]]) as uow:
        submit_report(uow, unit or site.unit, kind, ReportFacts("工程质量合格，同意竣工验收。", "总工程师"), given)


def reports(site: Site, clock: Clock, unit: UUID | None = None) -> None:
    for kind in ReportKind:
        report(site, clock, kind, unit)


def certificate(site: Site, clock: Clock, unit: UUID | None = None) -> UUID:
    """The certificate with the legal minimum, signed by both sides."""
    with site.units.writing(site.leaders["contractor"]) as uow:
        drawn = draw_up(uow, unit or site.unit, Terms("合同约定的全部内容。", {}))
    for role in ("contractor", "owner"):
        given = signing(site, clock)
        with site.units.writing(site.leaders[role]) as uow:
            sign_certificate(uow, drawn.id, given)
    return drawn.id


def state(
    site: Site, rule: str, by: Actor, stance: Stance = Stance.MET, unit: UUID | None = None, number: str = ""
) -> None:
    with site.units.writing(by) as uow:
        state_condition(uow, unit or site.unit, rule, StatementFacts(stance, "经核实，情况属实。", number))


def lines(site: Site, moment: Moment = Moment.ACCEPTANCE, unit: UUID | None = None) -> dict[str, GateLine]:
    with site.units.reading(site.officer) as uow:
        return {line.rule: line for line in run(uow, unit or site.unit, moment)}


def speaker(site: Site, acts: str) -> Actor:
    if acts == "station":
        return site.officer
    return site.filer if acts == "owner" else site.leaders[SPEAKERS[acts]]


def state_all(site: Site, moment: Moment = Moment.ACCEPTANCE, unit: UUID | None = None) -> None:
    """Whoever answers for a condition that the registry cannot see states that it is met; no dwellings: not residential."""
    for line in lines(site, moment, unit).values():
        if line.stated and line.state == "unknown":
            homes = line.rule in {"dwellings", "residential-papers"}
            state(site, line.rule, speaker(site, line.acts), Stance.NOT_APPLICABLE if homes else Stance.MET, unit, "2026-08")


def design_life_known(site: Site, unit: UUID) -> None:
    """The second building was registered without the design document its life comes from."""
    with site.units.writing(site.officer) as uow:
        before = uow.get(UnitProject, unit)
        if not before.design_life_basis:
            amend_unit(uow, unit, before.version, "补登", {"design_life_basis": "结构设计总说明"})


def ready(site: Site, clock: Clock, unit: UUID | None = None) -> None:
    """Reports in, certificate signed, everything else stated: the owner may call the meeting."""
    design_life_known(site, unit or site.unit)
    reports(site, clock, unit)
    certificate(site, clock, unit)
    state_all(site, Moment.ACCEPTANCE, unit)


def called(site: Site, clock: Clock, units: tuple[UUID, ...] = ()) -> None:
    """The station is told of a meeting on the first day allowed, and that day has come."""
    for unit in units or (site.unit,):
        ready(site, clock, unit)
    with site.units.writing(site.filer) as uow:
        meeting = Meeting(uow.today + timedelta(days=14), "09:30", "项目部会议室", "赵建设\n李建国")
        notice = call_meeting(uow, units or (site.unit,), meeting)[0]
    clock.at = datetime.combine(notice.meets_on, datetime.min.time(), UTC) + timedelta(hours=2)


AGREED = Voice(agrees=True, opinion="同意验收，工程质量合格。")
REFUSED = Voice(agrees=False, opinion="外墙渗漏未处理。")


def opinion(site: Site, clock: Clock, role: str, unit: UUID | None = None, voice: Voice = AGREED) -> Opinion:
    given = signing(site, clock)
    with site.units.writing(site.leaders[role]) as uow:
        return sign_opinion(uow, unit or site.unit, voice, given)


def completed(site: Site, clock: Clock, units: tuple[UUID, ...] = ()) -> None:
    """Accepted by all five leaders, one or several unit projects in one meeting."""
    called(site, clock, units)
    for unit in units or (site.unit,):
        for role in ROLES:
            opinion(site, clock, role, unit)


def filed(site: Site, clock: Clock, unit: UUID | None = None) -> CompletionFiling:
    """Recorded by the station and handed in by the owner."""
    with site.units.writing(site.officer) as uow:
        record_oversight(uow, unit or site.unit, Seen(organisation=True, procedure=True, standards=True, result=True, words=""))
    state_all(site, Moment.FILING, unit)
    with site.units.writing(site.filer) as uow:
        return submit_filing(uow, unit or site.unit, FilingWords("整体", "建筑面积 12000 m²", "6800 万元"))


def received(site: Site, clock: Clock, unit: UUID | None = None) -> str:
    filing = filed(site, clock, unit)
    with site.units.writing(site.officer) as uow:
        return receive_filing(uow, filing.id).number


def categorised(site: Site, category: str) -> None:
    """The project is of another category after all."""
    with site.units.writing(site.officer) as uow:
        before = uow.get(Project, site.project)
        amend_project(uow, site.project, before.version, "更正类别", {"category": category})


def third_unit(site: Site) -> UUID:
    with site.units.writing(site.officer) as uow:
        return add_unit(uow, site.project, UnitFacts("03", "3 号楼", 50, "结构设计总说明")).id


def succeeded(site: Site, role: str, name: str) -> Actor:
    """The leader of a firm hands over yesterday; the successor has an account and has signed nothing yet."""
    with site.units.writing(site.filer) as uow:
        change = hand_over(uow, site.terms[role], Newcomer(
            name, IdentityKind.CITIZEN, build.identity(), "", "一级注册建造师", "鲁1372026202600001",
            uow.today - timedelta(days=1), "工作调动", "",
        ))
        term = uow.get(Term, change.incoming_term_id)
        person, firm = term.person_id, uow.get(Participation, term.participation_id).organisation_id
    return build.signed_in(site.units, f"{role}-next", name, firm, person, Role.PROJECT_LEADER)


def run_units(uow: UnitOfWork, project: UUID) -> list[UnitGates]:
    return run_project(uow, project)


def number_of(site: Site) -> str:
    with site.units.reading(site.officer) as uow:
        return uow.get(Project, site.project).number


def command(units: Units, *words: str) -> Result:
    """Run `flask <words>` in the whole application."""
    return application(units).test_cli_runner().invoke(args=list(words))
