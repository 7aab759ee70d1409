"""The project that is completed: every division accepted, the five at the meeting, filed, marked, and handed over."""

from collections.abc import Collection
from datetime import date, timedelta

from registry.acceptance.concealing import sign_concealed
from registry.archives.actions import assemble_archive
from registry.archives.checking import check_handover
from registry.archives.completeness import completeness
from registry.archives.filing import FileFacts, Offered, hand_in
from registry.archives.handover import begin_handover, receive_handover
from registry.completion.actions import Meeting, Voice, call_meeting, sign_opinion
from registry.completion.evidence import DUE
from registry.completion.filing import submit_filing
from registry.completion.gates import run
from registry.completion.models import ReportKind, Stance
from registry.completion.papers import FilingWords
from registry.completion.reports import ReportFacts, StatementFacts, state_condition, submit_report
from registry.completion.rules import State
from registry.completion.station import Seen, receive_filing, record_oversight
from registry.completion.warranty import Terms, draw_up, sign_certificate
from registry.demo.foundation import WATCHERS, Look, drawn, noticed, passed_sample
from registry.demo.preparing import planned, prepared
from registry.demo.projects import make_plaque
from registry.demo.site import (
    AGREED,
    CONCRETE,
    REBAR,
    Site,
    accept,
    approve,
    arrive,
    cleared,
    declare_absent_but,
    lay_out,
    passed,
    report,
    sample,
)
from registry.demo.structure import STEPS, use
from registry.kernel.actor import SYSTEM
from registry.standards.completion import Moment
from registry.standards.stages import Stage

STEEL = {"010202", "010203", "020102"}
CONCRETE_IN = {"010202", "010203", "020103"}
ITEMS = ("010202", "010203", "020101", "020102", "020103", "020105")
BARS = Look("rebar", "020102", "一、二层梁板", "HRB400E Φ20", "钢筋牌号、规格、数量、位置、接头", 2)
REPORTERS = {
    ReportKind.CONTRACTOR: "contractor", ReportKind.SUPERVISION: "supervision", ReportKind.SURVEY: "survey",
    ReportKind.DESIGN: "design",
}
SPEAKERS = {
    "owner": "jianshe", "owner-leader": "owner", "project-manager": "contractor", "chief-supervisor": "supervision",
    "station": "jiandu",
}
"""Who answers for a condition → who states it."""
DWELLINGS = {"dwellings", "residential-papers"}
FIVE = ("owner", "survey", "design", "contractor", "supervision")


def build_completed(site: Site, today: date) -> None:
    start = today - timedelta(days=400)
    site.go_to(start - timedelta(days=6))
    drawn(site)
    site.after(10)
    built(site)
    site.go_to(today - timedelta(days=75))
    reported(site)
    filed_away(site, DUE[Moment.ACCEPTANCE])
    stated(site, Moment.ACCEPTANCE)
    met(site)
    site.after(3)
    filed(site)
    make_plaque(site.city, site.project)


def built(site: Site) -> None:
    """Two storeys on a foundation, from the lots up to the unit project; it has nothing else."""
    prepared(site)
    lots = lay_out(site, "foundation", "structure-concrete")
    planned(site)
    steel, concrete = cleared(site, REBAR), arrive(site, CONCRETE)
    approve(site, concrete)
    cube = sample(site, concrete, "strength")
    passed_sample(site, "020102", "钢筋绑扎、保护层垫块、搭接长度")
    for lot in lots:
        for batch, items in ((steel, STEEL), (concrete, CONCRETE_IN)):
            if lot.item_code in items:
                use(site, lot, batch)
    hidden = noticed(site, BARS)
    site.after(28)
    for post in WATCHERS:
        with site.by(post) as uow:
            sign_concealed(uow, hidden.id, AGREED)
    report(site, cube, concrete.quantity)
    for lot in lots:
        passed(site, lot, *STEPS.get(lot.item_code, ()))
    declare_absent_but(site, "01", "0102")
    declare_absent_but(site, "02", "0201")
    declare_absent_but(site, "", "01", "02")
    for code in (*ITEMS, "0102", "0201", "01", "02", ""):
        accept(site, code)


def reported(site: Site) -> None:
    """The four reports, and the warranty certificate signed by both sides."""
    for kind, who in REPORTERS.items():
        with site.by(who) as uow:
            submit_report(uow, site.unit, kind, ReportFacts("工程质量合格，同意竣工验收。", "单位技术负责人"), site.city.given())
    with site.by("contractor") as uow:
        certificate = draw_up(uow, site.unit, Terms("合同约定的全部内容。", {}))
    for who in ("contractor", "owner"):
        with site.by(who) as uow:
            sign_certificate(uow, certificate.id, site.city.given())


def stated(site: Site, moment: Moment) -> None:
    """Whoever answers for a condition the registry cannot see states how it stands."""
    with site.city.units.reading(SYSTEM) as uow:
        open_ones = [line for line in run(uow, site.unit, moment) if line.stated and line.state is State.UNKNOWN]
    for line in open_ones:
        stance = Stance.NOT_APPLICABLE if line.rule in DWELLINGS else Stance.MET
        words = "本工程不是住宅工程。" if line.rule in DWELLINGS else "经核实，情况属实。"
        with site.by(SPEAKERS[line.acts]) as uow:
            state_condition(uow, site.unit, line.rule, StatementFacts(stance, words, site.number("历建")))


def met(site: Site) -> None:
    """The station is told a fortnight before, and the five agree on the day."""
    meets_on = site.today + timedelta(days=14)
    with site.by("jianshe") as uow:
        call_meeting(uow, (site.unit,), Meeting(meets_on, "09:30", "项目部会议室", "邵宁\n岑岩\n柏然\n高建业\n景行"))
    site.go_to(meets_on)
    for who in FIVE:
        with site.by(who) as uow:
            sign_opinion(uow, site.unit, Voice(agrees=True, opinion="同意验收，工程质量合格。"), site.city.given())


def filed(site: Site) -> None:
    """The station has seen all of it; the owner files, and gets his receipt."""
    with site.by("jiandu") as uow:
        record_oversight(uow, site.unit, Seen(organisation=True, procedure=True, standards=True, result=True, words=""))
    stated(site, Moment.FILING)
    with site.by("jianshe") as uow:
        filing = submit_filing(uow, site.unit, FilingWords("土建工程", "建筑面积 620 m²，地上二层", "286 万元"))
    site.after(2)
    with site.by("jiandu") as uow:
        receive_filing(uow, filing.id)


def filed_away(site: Site, stages: Collection[Stage]) -> None:
    """Everything the archive still lacks of those stages is scanned and handed in."""
    file = site.scan("jianshe")
    with site.by("jianshe") as uow:
        lacking = [line.document for line in completeness(uow, site.project).missing if line.asked.stage in stages]
        hand_in(uow, site.project, [
            Offered(file, FileFacts(one.code, one.name, "", uow.today, name="扫描件.pdf")) for one in lacking
        ])


def assembled(site: Site, day: date) -> None:
    """The archive is assembled, and what it still lacks is handed in."""
    site.go_to(day)
    with site.by("jianshe") as uow:
        assemble_archive(uow, site.project)
    filed_away(site, frozenset(Stage))


def handed_over(site: Site) -> None:
    """The archive is checked, packed with the proof of every file, and received by the urban archive."""
    with site.by("jianshe") as uow:
        handover = begin_handover(uow, site.project)
    with site.city.units.writing(SYSTEM) as uow:
        check_handover(uow, str(handover.id))
    site.after(5)
    with site.by("dangan") as uow:
        receive_handover(uow, handover.id, site.number("泉城建档"))
