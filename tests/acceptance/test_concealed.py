"""What is covered up was photographed, noticed and looked at first."""

import io

import pytest
from werkzeug.datastructures import FileStorage

from registry.acceptance.concealing import (
    AlreadyCovered,
    NoPhotos,
    NoticeRuns,
    add_photo,
    sign_concealed,
    waive_station,
)
from registry.acceptance.jobs import print_record
from registry.acceptance.queries import concealed
from registry.acceptance.rules import Verdict
from registry.acceptance.signing import Opinion
from registry.documents.kinds import Unsuitable
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Conflict, Forbidden, NotFound
from tests.acceptance import build
from tests.works import build as works

FIRST = ("site/foreman", "site/quality-inspector", "site/technical-leader")
ENGINEER = "site/supervision-engineer"


def sign(site, work, *posts, opinion=build.AGREED):
    for post in posts:
        with site.units.writing(site.leaders[post]) as uow:
            sign_concealed(uow, work.id, opinion)


def test_nothing_is_covered_without_photos(building):
    work = build.concealed(building, photos=1)
    with pytest.raises(NoPhotos, match="不少于 2 张"):
        sign(building, work, "site/foreman")


def test_nothing_is_covered_before_the_notice_has_run(building, clock):
    work = build.concealed(building)
    sign(building, work, *FIRST)
    with pytest.raises(NoticeRuns, match="2026-03-04 12:00"):
        sign(building, work, ENGINEER)
    clock.forward(hours=48)
    sign(building, work, ENGINEER)
    with building.units.writing(SYSTEM) as uow:
        print_record(uow, work=str(work.id))


def test_the_station_may_say_that_it_will_not_come_and_nobody_else_for_it(building):
    work = build.concealed(building)
    sign(building, work, *FIRST)
    with pytest.raises((Forbidden, NotFound)), building.units.writing(building.leaders["site/foreman"]) as uow:
        waive_station(uow, work.id, "不到场")
    with building.units.writing(building.officer) as uow:
        waive_station(uow, work.id, "不到场")
    sign(building, work, ENGINEER)


def test_a_refusal_is_looked_at_again_once_mended(building, clock):
    work = build.concealed(building)
    sign(building, work, *FIRST)
    sign(building, work, ENGINEER, opinion=Opinion(Verdict.FAILED, "箍筋间距偏大"))
    with pytest.raises(AlreadyCovered), building.units.writing(building.leaders["site/foreman"]) as uow:
        add_photo(uow, work.id, works.photo())
    with pytest.raises(Conflict):
        sign(building, work, ENGINEER)


def test_what_was_refused_is_looked_at_again_once_and_then_covered(building, clock):
    work = build.concealed(building)
    with pytest.raises(Conflict, match="才能复查"):
        build.concealed(building, previous=work.id)
    sign(building, work, *FIRST)
    sign(building, work, ENGINEER, opinion=Opinion(Verdict.FAILED, "箍筋间距偏大"))
    again = build.concealed(building, previous=work.id)
    assert (again.previous_id, again.number) == (work.id, work.number + 1)
    with pytest.raises(Conflict, match="已经报请复查"):
        build.concealed(building, previous=work.id)
    clock.forward(hours=48)
    sign(building, again, *FIRST, ENGINEER)
    with building.units.reading(building.officer) as uow:
        assert concealed(uow, again.id).decided.verdict is Verdict.PASSED
        assert concealed(uow, work.id).repeated


@pytest.mark.parametrize(("content", "name", "said"), [
    (b"", "现场.jpg", "空"), (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_1.HEIC", "不是可以接收的格式"),
])
def test_a_photo_that_is_none_is_refused_with_a_sentence(building, content, name, said):
    work = build.concealed(building, photos=0)
    sent = FileStorage(io.BytesIO(content), name, content_type="application/octet-stream")
    with pytest.raises(Unsuitable, match=said), building.units.writing(building.leaders["site/foreman"]) as uow:
        add_photo(uow, work.id, sent)
