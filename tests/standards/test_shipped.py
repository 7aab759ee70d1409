"""The editions that come with the registry say what the law says."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from registry.standards import kinds
from registry.standards.drafts import Draft, shipped
from registry.standards.kinds import KINDS, Kind
from registry.standards.posts import Demand, Post, post_called, role_called
from registry.standards.rules import NATION, Status, content_hash

DRAFTS = shipped()
FIVE = ["owner-leader", "survey-leader", "design-leader", "project-manager", "chief-supervisor"]


def content(kind: Kind[Any], region: str = NATION, version: str = "", key: str = "") -> Any:
    wanted = (kind.name, region, key)
    [draft] = [d for d in DRAFTS if (d.kind, d.region, d.key) == wanted and version in ("", d.version)]
    return kind.read(draft.content)


def keys(rows: Iterable[Any]) -> list[str]:
    return [row.key for row in rows]


NATIONAL: tuple[Post, ...] = content(kinds.POSTS, version="2014-1")


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda d: f"{d.kind} {d.key} {d.region} {d.version}")
def test_every_edition_reads_and_names_its_source(draft: Draft) -> None:
    kind = KINDS[draft.kind]
    assert kind.read(draft.content) is not None
    assert draft.source
    assert draft.status is Status.SUGGESTION or draft.source != "本系统默认"


def test_every_kind_has_an_edition_for_the_whole_nation() -> None:
    assert {draft.kind for draft in DRAFTS if draft.region == NATION} == set(KINDS)


def test_the_nation_demands_the_five_leaders_of_article_two() -> None:
    assert [post.key for post in NATIONAL if post.demand is Demand.ALWAYS] == FIVE


def test_only_the_owners_leader_of_the_five_may_be_without_a_registered_qualification() -> None:
    assert [p.key for p in NATIONAL if p.key in FIVE and not p.qualification_required] == ["owner-leader"]


def test_hebei_asks_drawing_review_testing_and_concrete_too_once_they_take_part() -> None:
    hebei = content(kinds.POSTS, "130000")
    present = {"owner", "contractor", "testing", "drawing-review", "concrete-supplier"}
    demanded = [post.key for post in hebei if post.is_demanded(present)]
    assert demanded == [*FIVE, "review-leader", "testing-leader", "concrete-leader"]
    assert [post.key for post in hebei if post.is_demanded(set())] == FIVE
    assert not any(post.is_demanded(present) for post in NATIONAL if post.key == "testing-leader")


def test_before_the_measure_of_2014_nobody_was_asked_for_a_pledge() -> None:
    early = content(kinds.POSTS, version="before-2014")
    assert keys(early) == keys(NATIONAL)
    assert {post.demand for post in early if post.key in FIVE} == {Demand.NEVER}


@pytest.mark.parametrize("region", [NATION, "130000", "110000"])
def test_every_post_belongs_to_a_role_and_has_a_wording_and_known_qualifications(region: str) -> None:
    posts = content(kinds.POSTS, region, "2014-1" if region != "110000" else "")
    roles = set(keys(content(kinds.ROLES, version="2000-2")))
    qualifications = set(keys(content(kinds.QUALIFICATION_KINDS)))
    wordings = {draft.key for draft in DRAFTS if draft.kind == "wording"}
    for post in posts:
        assert post.role in roles
        assert post.wording in wordings
        assert set(post.qualifications) <= qualifications


def test_the_papers_of_notice_44_ask_their_fields_in_its_order() -> None:
    authorisation = content(kinds.WORDING, key="authorisation")
    pledge = content(kinds.WORDING, key="pledge/project-manager")
    assert [field.label for field in (*authorisation.fields, *authorisation.closing)] == [
        "被授权人姓名", "工程项目名称", "担任职务", "姓名", "身份证号", "注册执业资格", "注册执业证号",
        "被授权人（签字）", "授权单位（盖章）", "法定代表人（签字）", "授权日期",
    ]
    assert [field.label for field in (*pledge.fields, *pledge.closing)] == [
        "授权单位名称", "法定代表人姓名", "工程项目名称", "担任职务",
        "承诺人签字", "身份证号", "注册执业资格", "注册执业证号", "签字日期",
    ]


@pytest.mark.parametrize("post", NATIONAL, ids=lambda p: p.key)
def test_a_pledge_names_the_project_the_firm_and_the_design_life(post: Post) -> None:
    pledge = content(kinds.WORDING, key=post.wording)
    assert pledge.title == "工程质量终身责任承诺书"
    assert pledge.blanks() >= {"project", "organisation", "legal_representative", "post", "design_life"}


def test_our_own_texts_are_never_called_law() -> None:
    assert {draft.status for draft in DRAFTS if draft.kind == "wording"} == {Status.SUGGESTION}


@pytest.mark.parametrize(
    ("role", "name", "key"),
    [
        ("contractor", "项目经理", "project-manager"),
        ("supervision", "总监", "chief-supervisor"),
        ("supervision", "总监理工程师", "chief-supervisor"),
        ("owner", "项目负责人", "owner-leader"),
        ("", "建设单位项目负责人", "owner-leader"),
        ("general-contractor", "工程总承包 项目经理", "epc-manager"),
    ],
)
def test_a_roster_may_call_a_post_by_its_usual_names(role: str, name: str, key: str) -> None:
    found = post_called(NATIONAL, name, role)
    assert found is not None
    assert found.key == key


def test_a_name_that_fits_several_posts_fits_none() -> None:
    assert post_called(NATIONAL, "项目负责人") is None
    assert post_called(NATIONAL, "看门人") is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("建设单位", "owner"),
        (" 施工 单位", "contractor"),
        ("监理", "supervision"),
        ("工程总承包（EPC）单位", "general-contractor"),
        ("监督单位", None),
    ],
)
def test_a_roster_may_call_a_role_by_its_usual_names(name: str, key: str | None) -> None:
    found = role_called(content(kinds.ROLES, version="2000-2"), name)
    assert (found and found.key) == key


def test_the_warranty_table_follows_article_forty() -> None:
    rules = {rule.key: (rule.unit.value, rule.amount) for rule in content(kinds.WARRANTY)}
    assert rules["main-structure"] == ("design-life", None)
    assert rules["roof-waterproofing"] == ("year", 5)
    assert rules["heating"] == ("heating-season", 2)
    assert rules["decoration"] == ("year", 2)
    assert rules["insulation"] == ("year", 5)


def test_beijing_and_henan_add_their_rule_on_repaired_parts() -> None:
    national = set(keys(content(kinds.WARRANTY)))
    assert set(keys(content(kinds.WARRANTY, "110000"))) - national == {"repaired-part", "rail-transit"}
    assert set(keys(content(kinds.WARRANTY, "410000"))) - national == {"repaired-part"}


def test_the_plaque_must_name_five_firms_and_what_we_add_is_marked_as_ours() -> None:
    lines = content(kinds.PLAQUE_CONTENT)
    assert keys(line for line in lines if line.status is Status.LAW) == [
        "owner", "survey", "design", "contractor", "supervision",
    ]


def test_identity_numbers_are_in_the_archive_and_never_public() -> None:
    form = {field.key: field for field in content(kinds.RESPONSIBILITY_FORM)}
    assert form["identity_number"].required
    assert not form["identity_number"].public


def test_the_responsibility_archive_has_a_category_of_its_own() -> None:
    catalogue = content(kinds.ARCHIVE_CATALOGUE)
    assert len(catalogue) == 171
    assert [row.code for row in catalogue if row.category == "Q"] == [f"Q1-0{n}" for n in range(1, 7)]


def test_an_edition_once_shipped_is_never_edited() -> None:
    """`shipped.txt` may grow and never change: a correction is a new version."""
    kept = (Path(__file__).parent / "shipped.txt").read_text(encoding="utf-8").splitlines()
    now = [
        f"{draft.kind} {draft.key or '-'} {draft.region} {draft.version.replace(' ', '_')}"
        f" {draft.effective_from} {content_hash(draft.content)}"
        for draft in DRAFTS
    ]
    assert sorted(now) == sorted(kept)
