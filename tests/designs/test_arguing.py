"""Expert arguments and what a design aims at."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from registry.designs.arguing import (
    ArgumentFacts,
    Closed,
    InterestedExpert,
    Opinion,
    TooFewExperts,
    Unanswered,
    add_opinion,
    answer_opinion,
    close_argument,
    open_argument,
    opinions_in,
    set_target,
)
from registry.designs.models import ArgumentOpinion, Conclusion, DesignTarget
from registry.kernel.errors import Conflict, Forbidden, Invalid
from tests import build as house
from tests.designs.build import EXPERTS, argued, firm_id, sent


def facts(site, **changed):
    usual = ArgumentFacts("deep-pit", "深基坑方案", firm_id(site, "contractor"), date(2026, 2, 1), EXPERTS)
    return replace(usual, **changed)


def opened(site, actor=None, **changed):
    with site.units.writing(actor or site.leaders["contractor"]) as uow:
        return open_argument(uow, site.project, facts(site, **changed))


def opinions(site):
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(select(ArgumentOpinion).order_by(ArgumentOpinion.number)).all()


def close(site, argument):
    with site.units.writing(site.leaders["contractor"]) as uow:
        return close_argument(uow, argument.id, Conclusion.REVISED, sent(name="论证报告.pdf"))


def answer(site, opinion, words="已采纳"):
    with site.units.writing(site.leaders["contractor"]) as uow:
        return answer_opinion(uow, opinion.id, words)


def test_an_argument_is_not_closed_while_an_opinion_has_no_answer(building):
    argument = argued(building, (Opinion("补充监测方案", "甲专家"), Opinion("降水井加密")))
    answer(building, opinions(building)[0])
    with pytest.raises(Unanswered, match="第 2 条"):
        close(building, argument)
    answer(building, opinions(building)[1])
    closed = close(building, argument)
    assert (closed.conclusion, closed.closed_on) == (Conclusion.REVISED, date(2026, 3, 2))


def test_what_is_closed_stays_closed_and_an_answer_stands(building):
    argument = argued(building)
    [opinion] = opinions(building)
    answer(building, opinion)
    with pytest.raises(Conflict, match="已经答复"):
        answer(building, opinion, "另一个答复")
    close(building, argument)
    with pytest.raises(Closed):
        close(building, argument)
    with pytest.raises(Closed), building.units.writing(building.leaders["contractor"]) as uow:
        add_opinion(uow, argument.id, Opinion("迟到的意见"))


def test_a_later_opinion_is_numbered_on_and_waits_for_its_answer(building):
    argument = argued(building)
    with building.units.writing(building.leaders["contractor"]) as uow:
        add_opinion(uow, argument.id, Opinion("核对荷载", "乙专家"))
    assert [(one.number, one.expert_name) for one in opinions(building)] == [(1, "甲专家"), (2, "乙专家")]
    with pytest.raises(Invalid, match="不在专家名单"), building.units.writing(building.leaders["contractor"]) as uow:
        add_opinion(uow, argument.id, Opinion("核对荷载", "路人"))


def test_too_few_experts_and_those_with_an_interest_are_refused(building):
    with pytest.raises(TooFewExperts, match="不得少于 5 人，现有 4 人"):
        opened(building, experts=EXPERTS[:4])
    insider = replace(EXPERTS[4], organisation=house.FIRMS["supervision"][0])
    with pytest.raises(InterestedExpert, match="戊专家"):
        opened(building, experts=(*EXPERTS[:4], insider))
    with pytest.raises(Invalid, match="不止一次"):
        opened(building, experts=(*EXPERTS[:4], EXPERTS[0]))
    with pytest.raises(Invalid, match="职称"):
        opened(building, experts=(*EXPERTS[:4], replace(EXPERTS[4], title="")))


def test_only_the_firm_that_called_the_experts_records_them(building):
    with pytest.raises(Forbidden):
        opened(building, building.leaders["supervision"])
    argued(building)
    with pytest.raises(Forbidden), building.units.writing(building.leaders["owner"]) as uow:
        answer_opinion(uow, opinions(building)[0].id, "已采纳")


def test_opinions_are_read_one_to_a_line_with_their_expert():
    told = opinions_in("甲专家：补充监测\n\n注意：降水\n乙专家: 加密", ["甲专家", "乙专家"])
    assert told == (Opinion("补充监测", "甲专家"), Opinion("注意：降水"), Opinion("加密", "乙专家"))


def aim(site, value, kind="prefabrication", actor=None):
    with site.units.writing(actor or site.leaders["design"]) as uow:
        return set_target(uow, site.unit, kind, value, "装配式专篇")


@pytest.mark.parametrize(("kind", "value", "said"), [
    ("prefabrication", "一半", "应填写数字"), ("prefabrication", "101", "不能超过 100%"),
    ("green-building", "四星级", "一星级"), ("alchemy", "1", "请选择设计目标"),
])
def test_a_target_is_one_the_handbook_knows(building, kind, value, said):
    with pytest.raises(Invalid, match=said):
        aim(building, value, kind)


def test_a_new_target_supersedes_and_the_old_one_stays(building):
    aim(building, "50")
    aim(building, "55.5")
    with building.units.reading(building.officer) as uow:
        rows = uow.session.scalars(select(DesignTarget).order_by(DesignTarget.value)).all()
    assert [(one.value, one.superseded_at is None) for one in rows] == [("50", False), ("55.5", True)]


def test_only_the_designers_say_what_the_design_aims_at(building):
    with pytest.raises(Forbidden):
        aim(building, "50", actor=building.leaders["contractor"])
