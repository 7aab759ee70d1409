"""Many lots of one item signed in one act: all or none, each with its own record, none unseen."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from registry.acceptance.models import Signature
from registry.acceptance.rules import Found
from registry.acceptance.signing import (
    Blocked,
    NothingEntered,
    OthersFirst,
    ResultChanged,
    SomeRefused,
    sign_lots,
)
from registry.acceptance.together import lots_to_sign
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.jobs import Job
from registry.ledger.models import LedgerEvent
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.policy import NotFresh
from registry.projects.offices import NotInOffice
from registry.works.using import use_batch
from tests.acceptance import build
from tests.materials import build as materials

FOREMAN, INSPECTOR, ENGINEER = build.SIGNERS


def lots(site, count, *signed_by):
    """So many lots with results, signed by those posts; each with the result that was seen."""
    seen = {}
    for number in range(count):
        lot = build.lot(site, place=f"{number + 1}层墙柱")
        seen[lot.id] = build.entered(site, lot.id).id
        if signed_by:
            build.sign(site, lot.id, *signed_by)
    return seen


def sign(site, post, seen, words=""):
    with site.units.writing(site.leaders[post]) as uow:
        return sign_lots(uow, seen, words)


def shown(site, post):
    with site.units.reading(site.leaders[post]) as uow:
        return lots_to_sign(uow, site.unit, build.FORMWORK).sheets


@contextmanager
def counting(units):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(units.bind, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(units.bind, "before_cursor_execute", note)


def test_twelve_lots_are_decided_in_one_act_and_each_keeps_its_own_record_event_and_paper(building):
    seen = lots(building, 12, FOREMAN, INSPECTOR)
    made = sign(building, ENGINEER, seen, "符合要求")

    assert {one.result_id for one in made} == set(seen.values())
    with building.units.reading(building.officer) as uow:
        kept = uow.session.scalars(select(Signature).where(Signature.decides).order_by(Signature.id)).all()
        events = uow.session.scalars(select(LedgerEvent.subject_id).where(LedgerEvent.kind == "lot.decided")).all()
        printing = uow.session.scalar(select(func.count()).where(Job.kind == "acceptance.print"))
    assert {one.opinion for one in kept} == {"符合要求"}
    assert set(events) == {one.id for one in kept}
    assert (len(kept), len(events), printing) == (12, 12, 12)


def test_however_many_lots_are_signed_the_statements_are_the_same(building):
    counts = []
    sign(building, ENGINEER, lots(building, 1, FOREMAN, INSPECTOR))  # the editions are read once for the process
    for count in (2, 9):
        seen = lots(building, count, FOREMAN, INSPECTOR)
        with counting(building.units) as statements:
            sign(building, ENGINEER, seen)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_one_that_may_not_be_signed_is_named_with_the_reason_and_none_is_signed(building):
    seen = lots(building, 2, FOREMAN, INSPECTOR)
    early = lots(building, 1, FOREMAN)
    with pytest.raises(SomeRefused) as no:
        sign(building, ENGINEER, seen | early)
    [(lot, why)] = no.value.refused.items()
    assert lot in early
    assert isinstance(why, OthersFirst)
    assert no.value.numbers[lot] in str(no.value)
    with building.units.reading(building.officer) as uow:
        assert uow.session.scalar(select(func.count()).where(Signature.decides)) == 0

    assert len(sign(building, ENGINEER, seen)) == 2


def test_a_held_batch_keeps_its_own_lot_back_and_no_other(building):
    seen = lots(building, 3, FOREMAN, INSPECTOR)
    built_in, batch = next(iter(seen)), materials.approved(building)
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        use_batch(uow, built_in, batch.id)
    with building.units.writing(building.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "通报〔2026〕3号"))

    with pytest.raises(SomeRefused) as no:
        sign(building, ENGINEER, seen)
    assert {lot: type(why) for lot, why in no.value.refused.items()} == {built_in: Blocked}
    assert [sheet.lot.id for sheet in shown(building, ENGINEER) if sheet.why] == [built_in]
    del seen[built_in]
    assert len(sign(building, ENGINEER, seen)) == 2


def test_a_result_corrected_since_it_was_seen_is_not_signed(building):
    seen = lots(building, 2)
    changed = next(iter(seen))
    build.entered(building, changed)
    with pytest.raises(SomeRefused) as no:
        sign(building, FOREMAN, seen)
    assert isinstance(no.value.refused[changed], ResultChanged)
    assert len(no.value.refused) == 1


def test_a_lot_nothing_is_known_of_yet_is_refused_by_name(building):
    seen = lots(building, 1)
    empty = build.lot(building)
    with pytest.raises(SomeRefused) as no:
        sign(building, FOREMAN, seen | {empty.id: next(iter(seen.values()))})
    assert isinstance(no.value.refused[empty.id], NothingEntered)


def test_whoever_holds_no_post_that_signs_is_refused_for_each_lot_and_told_who_may(building):
    seen = lots(building, 2)
    with pytest.raises(SomeRefused) as no:
        sign(building, "site/sampler", seen)
    assert {type(why) for why in no.value.refused.values()} == {NotInOffice}
    assert "沈专监" in next(iter(no.value.refused.values())).remedy


def test_a_stranger_learns_nothing_of_the_lots(building):
    seen = lots(building, 1)
    stranger = replace(building.leaders[FOREMAN], organisation=building.officer.organisation)
    with pytest.raises(NotFound), building.units.writing(stranger) as uow:
        sign_lots(uow, seen)


def test_signing_together_takes_a_fresh_proof_of_who_signs(building):
    seen = lots(building, 1)
    with pytest.raises(NotFresh), building.units.writing(replace(building.leaders[FOREMAN], fresh=False)) as uow:
        sign_lots(uow, seen)


def test_nothing_chosen_is_nothing_signed(building):
    with pytest.raises(Invalid, match="请选择"):
        sign(building, FOREMAN, {})


def test_only_what_waits_for_the_person_is_shown_and_deviations_are_counted(building):
    seen = lots(building, 2)
    with_deviation = build.lot(building)
    entry = build.good(building, with_deviation.id)
    found = [Found(one.key, one.actual, one.defects, one.record, points_beyond(one.points)) for one in entry.found]
    build.entered(building, with_deviation.id, replace(entry, found=found))

    assert {sheet.lot.id: bool(sheet.deviations) for sheet in shown(building, FOREMAN)} == {
        **dict.fromkeys(seen, False), with_deviation.id: True,
    }
    assert shown(building, ENGINEER) == ()
    build.sign(building, with_deviation.id, FOREMAN, INSPECTOR)
    assert [sheet.duty for sheet in shown(building, ENGINEER)] == ["专业监理工程师"]
    assert {sheet.lot.id for sheet in shown(building, FOREMAN)} == set(seen)


def points_beyond(points):
    """One point in twenty beyond its limit: the standard lets that pass."""
    return {key: [*values * 4, values[0] * 11 / 10] for key, values in points.items()}


@pytest.fixture
def address(building):
    return f"/units/{building.unit}/acceptance/signatures?at={build.FORMWORK}"


def test_the_item_leads_to_its_lots_in_full_and_all_are_signed_by_one_press(building, visit, address):
    seen = lots(building, 2)
    foreman = visit(building.leaders[FOREMAN])
    assert "查看并一并签字" in foreman.get(f"/units/{building.unit}/acceptance?at={build.FORMWORK}").text
    page = foreman.get(address).text
    assert page.count("轴线位置") == 2
    assert page.count(" checked") == 2

    done = foreman.post(address, {"lots": [f"{lot}_{result}" for lot, result in seen.items()]})
    assert done.status_code == 303
    assert "2 个检验批已签字并存证" in foreman.get(done.headers["Location"]).text


def test_after_a_refusal_the_choice_is_kept_but_for_the_refused(building, visit, address):
    seen, early = lots(building, 2, FOREMAN, INSPECTOR), lots(building, 1)
    engineer = visit(building.leaders[ENGINEER])
    answer = engineer.post(address, {"lots": [f"{lot}_{result}" for lot, result in (seen | early).items()]})
    assert answer.status_code == 409
    assert "1 个检验批不能签字，所选的全部未签" in answer.text
    assert answer.text.count(" checked") == 2


def test_without_a_choice_the_page_says_so(building, visit, address):
    lots(building, 1)
    answer = visit(building.leaders[FOREMAN]).post(address, {"words": ""})
    assert answer.status_code == 422
    assert "请选择要签字的检验批" in answer.text
