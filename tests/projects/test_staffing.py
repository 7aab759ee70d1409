"""People on the site: who comes, who leaves, what was entered wrongly, and the account each of them signs with."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.accounts.actions import AlreadyHasAccount, disable_account
from registry.accounts.invitations import Acceptance, accept
from registry.accounts.models import Account
from registry.accounts.rules import needs_second_factor
from registry.accounts.sessions import Step, recognise, sign_in
from registry.kernel.actor import NOBODY, SYSTEM, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.parties.models import IdentityKind
from registry.projects.actions import AlreadyEnded, TermsOverlap
from registry.projects.correcting import Correction
from registry.projects.crew import own_posts, site_staff
from registry.projects.models import Term
from registry.projects.offices import NotInOffice, own_office
from registry.projects.registering import PersonRow
from registry.projects.staffing import (
    AlreadyCorrected,
    AlreadyLeft,
    LeadsTheProject,
    correct_staff,
    invite_staff,
    release_staff,
    staff_person,
    staff_posts,
)
from tests import build
from tests.accounts.build import HERE
from tests.parties import build as parties
from tests.schema import lay_down_the_law

FOREMAN, INSPECTOR, CREW = "site/foreman", "site/quality-inspector", "site/crew-leader"
CAME = date(2026, 2, 1)
PASSWORD = "工地上没有人猜得到的一句话"
PATIENCE = 30


@pytest.fixture
def site(units, law):
    made = build.site(units, build.BEGUN)
    build.staff(made, FOREMAN, CAME)
    return made


@pytest.fixture
def firm(site):
    return build.term_of(site, "contractor").participation


@pytest.fixture
def filer(units, firm):
    """The contractor's own."""
    person = parties.person(units, "郑经办", build.identity())
    return build.signed_in(units, "contractors-filer", "郑经办", firm.organisation_id, person.id, Role.FIRM_FILER)


def row(name="冯二工", identity="", since=CAME):
    return PersonRow(name, IdentityKind.CITIZEN, identity or build.identity(), "", "施工员证", "鲁S001", since)


def take_on(units, actor, firm, post=FOREMAN, **about):
    with units.writing(actor) as uow:
        return staff_person(uow, firm.id, post, row(**about))


def release(units, actor, term_id, last_day=date(2026, 2, 20), reason="调往其他工地"):
    with units.writing(actor) as uow:
        return release_staff(uow, term_id, last_day, reason)


def correct(units, actor, term_id, **right):
    with units.writing(actor) as uow:
        return correct_staff(uow, term_id, replace(Correction(date(2026, 1, 20), None, "", "", "日期有误"), **right))


def seen(units, actor, site):
    with units.reading(actor) as uow:
        return site_staff(uow, site.project)


def kinds(units, subject):
    with units.reading(SYSTEM) as uow:
        return list(uow.session.scalars(
            select(LedgerEvent.kind).where(LedgerEvent.subject_id == subject).order_by(LedgerEvent.nth)))


def test_a_firm_its_owner_and_the_station_put_people_on_the_site_and_nobody_else(units, site, firm, filer):
    for actor in (filer, site.filer, site.officer):
        assert take_on(units, actor, firm).person_name == "冯二工"
    with pytest.raises(Forbidden):
        take_on(units, site.leaders["supervision"], firm)
    stranger = build.signed_in(units, "stranger", "外人", parties.organisation(units, "外省公司").id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound):
        take_on(units, stranger, firm)


def test_one_person_holds_several_posts_and_several_hold_one(units, site, firm):
    with units.writing(site.officer) as uow:
        both = staff_posts(uow, firm.id, [FOREMAN, INSPECTOR], row())
    assert {term.person_id for term in both} == {both[0].person_id}
    [shown] = [on_site for on_site in seen(units, site.officer, site).firms if on_site.participation.id == firm.id]
    held = {one.duty.key: [term.person_name for term in one.present] for one in shown.posts}
    assert (sorted(held[FOREMAN]), held[INSPECTOR]) == (["冯二工", "冯工长"], ["冯二工"])


def test_where_one_of_several_posts_is_refused_none_is_given(units, site, firm):
    number = build.identity()
    take_on(units, site.officer, firm, INSPECTOR, identity=number)
    with pytest.raises(TermsOverlap, match="项目专业质量检查员"), units.writing(site.officer) as uow:
        staff_posts(uow, firm.id, [CREW, INSPECTOR], row(identity=number))
    [shown] = [on_site for on_site in seen(units, site.officer, site).firms if on_site.participation.id == firm.id]
    assert "班组长" in shown.empty


def test_a_firm_has_only_the_posts_of_its_role(units, site, firm):
    with pytest.raises(Invalid, match="没有这一现场岗位") as no:
        take_on(units, site.officer, firm, "site/supervision-engineer")
    assert no.value.field == "posts"


def test_nobody_comes_to_the_site_before_his_firm(units, site, firm):
    with pytest.raises(Invalid, match="进场日期"):
        take_on(units, site.officer, firm, since=build.BEGUN - timedelta(days=1))


def test_who_has_left_signs_no_more_and_stays_on_the_page(units, site, filer):
    foreman, term = site.leaders[FOREMAN], site.terms[FOREMAN]
    release(units, filer, term)
    with units.reading(foreman) as uow:
        assert own_office(uow, site.project, [FOREMAN], date(2026, 2, 20)).id == term
        with pytest.raises(NotInOffice):
            own_office(uow, site.project, [FOREMAN], date(2026, 2, 21))
        assert own_posts(uow) == []
    [(duty, past)] = [one for on_site in seen(units, site.officer, site).firms for one in on_site.past]
    assert (duty.key, past.person_name, past.ended_reason) == (FOREMAN, "冯工长", "调往其他工地")
    assert kinds(units, term) == ["term.opened", "term.ended"]


@pytest.mark.parametrize(("last_day", "sentence"), [
    (date(2026, 3, 3), "不得晚于今天"), (date(2026, 1, 31), "不得早于任职日期"),
])
def test_a_last_day_lies_between_the_first_and_today(units, site, last_day, sentence):
    with pytest.raises(Invalid, match=sentence) as no:
        release(units, site.officer, site.terms[FOREMAN], last_day)
    assert no.value.field == "last_day"


def test_who_has_left_does_not_leave_twice(units, site):
    release(units, site.officer, site.terms[FOREMAN])
    with pytest.raises(AlreadyEnded):
        release(units, site.officer, site.terms[FOREMAN])


def test_a_leader_does_not_leave_by_this_door(units, site):
    for act in (release, correct):
        with pytest.raises(LeadsTheProject, match="李建国"):
            act(units, site.officer, site.terms["contractor"])


def test_he_may_come_back(units, site, firm):
    number = build.identity()
    first = take_on(units, site.officer, firm, INSPECTOR, identity=number)
    release(units, site.officer, first.id)
    again = take_on(units, site.officer, firm, INSPECTOR, identity=number, since=date(2026, 3, 1))
    assert again.person_id == first.person_id


def test_a_wrong_day_is_corrected_by_a_new_record(units, site):
    wrong = site.terms[FOREMAN]
    right = correct(units, site.filer, wrong, qualification_kind="施工员证")
    assert (right.since, right.person_name, right.qualification_kind) == (date(2026, 1, 20), "冯工长", "施工员证")
    assert not right.leads
    with units.reading(site.leaders[FOREMAN]) as uow:
        assert own_office(uow, site.project, [FOREMAN], date(2026, 1, 25)).id == right.id
        kept = uow.get(Term, wrong)
    assert (kept.since, kept.corrected_by_id, kept.corrected_reason) == (CAME, right.id, "日期有误")
    assert kinds(units, wrong) == ["term.opened", "term.corrected"]


def test_a_correction_keeps_why_he_left(units, site):
    release(units, site.officer, site.terms[FOREMAN])
    right = correct(units, site.officer, site.terms[FOREMAN], until=date(2026, 2, 25))
    assert (right.until, right.ended_reason) == (date(2026, 2, 25), "调往其他工地")


def test_a_correction_does_not_let_him_leave_tomorrow(units, site):
    with pytest.raises(Invalid, match="离任日期不得晚于今天") as no:
        correct(units, site.officer, site.terms[FOREMAN], until=date(2026, 3, 3))
    assert no.value.field == "until"


def test_what_was_corrected_is_not_corrected_again(units, site):
    correct(units, site.officer, site.terms[FOREMAN])
    with pytest.raises(AlreadyCorrected):
        correct(units, site.officer, site.terms[FOREMAN])


def test_a_firm_does_not_correct_what_was_entered_of_its_people(units, site, filer):
    with pytest.raises(Forbidden):
        correct(units, filer, site.terms[FOREMAN])


def test_a_person_on_the_site_opens_an_account_by_a_link_and_needs_a_password_alone(units, site, firm, filer):
    number = build.identity()
    term = take_on(units, filer, firm, CREW, name="褚班长", identity=number)
    with units.writing(filer) as uow:
        link = invite_staff(uow, term.id)
    assert seen(units, filer, site).invited == {(term.person_id, firm.organisation_id)}
    with units.writing(NOBODY) as uow:
        accept(uow, link.url.rsplit("/", 1)[1], Acceptance(PASSWORD, "chu-banzhang", identity=number[-6:]), HERE)
    with units.writing(NOBODY) as uow:
        admitted = sign_in(uow, "chu-banzhang", PASSWORD, HERE)
    assert admitted.step is Step.IN
    actor = recognise(units, admitted.token)
    assert (actor.person, actor.roles) == (term.person_id, frozenset({Role.SITE_STAFF}))
    with units.reading(actor) as uow:
        assert own_office(uow, site.project, [CREW], uow.today).id == term.id
        assert [one.duty.label for one in own_posts(uow)] == ["班组长"]
    with pytest.raises(AlreadyHasAccount), units.writing(filer) as uow:
        invite_staff(uow, term.id)


def test_the_role_alone_signs_nothing(units, site, firm):
    person = parties.person(units, "何闲人", build.identity())
    idle = build.signed_in(units, "idle", "何闲人", firm.organisation_id, person.id, Role.SITE_STAFF)
    with units.reading(idle) as uow, pytest.raises(NotInOffice, match="何闲人"):
        own_office(uow, site.project, [CREW], uow.today)


def test_a_role_of_the_site_is_for_a_person_known_as_such(units, firm):
    with pytest.raises(Invalid, match="已核对身份"):
        build.signed_in(units, "nobody-known", "无名氏", firm.organisation_id, None, Role.SITE_STAFF)
    assert not needs_second_factor({Role.SITE_STAFF})
    assert needs_second_factor({Role.SITE_STAFF, Role.PROJECT_LEADER})


def test_only_who_manages_a_firms_accounts_invites_its_people(units, site, firm):
    term = take_on(units, site.officer, firm, CREW)
    for actor in (site.filer, site.leaders["contractor"], site.officer):
        with pytest.raises(Forbidden, match="所在单位的经办人"), units.writing(actor) as uow:
            invite_staff(uow, term.id)


def test_who_has_left_is_not_invited(units, site, firm, filer):
    term = take_on(units, filer, firm, CREW)
    release(units, filer, term.id)
    with pytest.raises(AlreadyLeft), units.writing(filer) as uow:
        invite_staff(uow, term.id)


def test_a_disabled_account_is_enabled_again_and_not_doubled(units, site, filer):
    with units.writing(SYSTEM) as uow:
        account = uow.session.scalars(select(Account.id).where(Account.id == site.leaders[FOREMAN].account)).one()
        disable_account(uow, account)
    with pytest.raises(AlreadyHasAccount, match="已停用"), units.writing(filer) as uow:
        invite_staff(uow, site.terms[FOREMAN])


def test_the_page_shows_posts_people_and_what_they_answer_for(visit, site, filer):
    told = visit(filer).get(f"/projects/{site.project}/staff").text
    for words in ("冯工长", "对工序质量负责", "无人在岗", "已开户", "2026年2月1日 至 今"):
        assert words in told
    assert "更正</a>" not in told
    assert "更正</a>" in visit(site.filer).get(f"/projects/{site.project}/staff").text


def test_a_person_comes_corrects_and_leaves_by_the_pages(visit, units, site, firm, filer):
    browser = visit(filer)
    answer = browser.post(f"/participations/{firm.id}/staff", {
        "posts": [CREW, "site/sampler"], "name": "褚班长", "identity_kind": "citizen", "identity": build.identity(),
        "since": "2026-02-03",
    })
    assert answer.status_code == 303
    assert "褚班长" in browser.get(answer.location).text
    with units.reading(SYSTEM) as uow:
        term = uow.session.scalars(select(Term).where(Term.person_name == "褚班长", Term.post == CREW)).one()
    assert "/invitations/" in browser.post(f"/staff/{term.id}/invitation", {}, at=answer.location).text
    right = visit(site.filer).post(f"/staff/{term.id}/correction", {"since": "2026-02-04", "reason": "日期有误"})
    assert right.status_code == 303
    with units.reading(SYSTEM) as uow:
        term = uow.session.scalars(select(Term).where(
            Term.person_name == "褚班长", Term.post == CREW, Term.corrected_by_id.is_(None))).one()
    assert browser.post(f"/staff/{term.id}/end", {"last_day": "2026-03-01", "reason": "离职"}).status_code == 303
    told = browser.get(f"/projects/{site.project}/staff").text
    assert "离职" in told
    assert "登记有误，已更正：日期有误" in told


def test_what_was_typed_is_kept_when_it_is_refused(visit, firm, filer):
    answer = visit(filer).post(f"/participations/{firm.id}/staff", {
        "posts": [CREW], "name": "褚班长", "identity_kind": "citizen", "identity": "370102", "since": "2026-02-03",
    })
    assert answer.status_code == 422
    assert 'value="褚班长"' in answer.text


@pytest.fixture
def busy(committed):
    """The same site, where acts really commit."""
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    made = build.site(committed, build.BEGUN)
    build.staff(made, FOREMAN, CAME)
    return made


@pytest.mark.parametrize(("act", "refused"), [(release, "AlreadyEnded"), (correct, "AlreadyCorrected")])
def test_of_two_clerks_at_one_term_at_once_the_second_is_told(committed, busy, act, refused):
    def do(_nth):
        try:
            return type(act(committed, busy.officer, busy.terms[FOREMAN])).__name__
        except Conflict as no:
            return type(no).__name__

    with ThreadPoolExecutor(2) as clerks:
        assert sorted(clerks.map(do, range(2), timeout=PATIENCE)) == [refused, "Term"]


def test_two_clerks_entering_one_person_at_once_get_one_term(committed, busy):
    made = busy
    firm, number = build.term_of(made, "contractor").participation, build.identity()

    def enter(_nth):
        try:
            return take_on(committed, made.officer, firm, identity=number).person_name
        except Conflict as no:
            return type(no).__name__

    with ThreadPoolExecutor(2) as clerks:
        assert sorted(clerks.map(enter, range(2), timeout=PATIENCE)) == ["TermsOverlap", "冯二工"]
