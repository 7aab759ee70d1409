"""What a plaque says, in words: for the page that compares it with the register."""

from registry.kernel.text import _, later

FACTS = {
    "project.name": later("工程名称"),
    "project.number": later("项目编号"),
    "project.address": later("建设地点"),
    "unit.number": later("单位工程编号"),
    "unit.name": later("单位工程名称"),
    "unit.design_life_years": later("设计使用年限（年）"),
    "unit.started_on": later("开工日期"),
    "unit.accepted_on": later("竣工验收合格日期"),
}


def engraved_words(what: str) -> str:
    """The name of a fact; the label of a role is its own name."""
    return str(FACTS.get(what, what))


def difference_words(what: str, then: str, now: str) -> str:
    """One difference in a sentence."""
    if not then:
        return _("{what}：标牌未镌刻，登记现为“{now}”", what=engraved_words(what), now=now)
    if not now:
        return _("{what}：镌刻“{then}”，登记中现无已备案的对应内容", what=engraved_words(what), then=then)
    return _("{what}：镌刻“{then}”，登记现为“{now}”", what=engraved_words(what), then=then, now=now)
