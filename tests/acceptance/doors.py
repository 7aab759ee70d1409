"""One of everything the doors of acceptance lead to, for the table of who is answered what."""

from typing import Any

from sqlalchemy import select

from registry.acceptance.jobs import print_record
from registry.acceptance.models import AcceptancePaper, ConcealedPhoto
from registry.acceptance.rules import TreatmentKind, Verdict
from registry.acceptance.signing import Opinion
from registry.acceptance.treating import Finding, treat_lot
from registry.kernel.actor import SYSTEM
from tests import build as house
from tests.acceptance import build
from tests.build import Site
from tests.works import build as works

POSTS = (*build.SIGNERS, "site/technical-leader")
OF_A_LOT = ("enter", "lot", "points", "points_template", "sign", "treat")


def put_up(site: Site) -> dict[str, dict[str, Any]]:
    """Build it, and return under each endpoint's name what its address needs."""
    for post in POSTS:
        house.staff(site, post)
    lot, other = build.passed(site), build.lot(site, place="四层")
    build.entered(site, other.id)
    build.sign(site, other.id, "site/foreman", "site/quality-inspector")
    build.sign(site, other.id, "site/supervision-engineer", opinion=Opinion(Verdict.FAILED, "拼缝漏浆"))
    with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
        record = treat_lot(uow, other.id, Finding(
            TreatmentKind.RECKONED, "核算满足", works.photo(), "核 1", "齐鲁建筑设计院",
        ))
    foundation = build.passed(site, "010502")
    node = build.opened(site, foundation.item_code)
    work = build.concealed(site)
    with site.units.reading(SYSTEM) as uow:
        result = uow.session.scalar(select(build.LotResult.id).where(build.LotResult.lot_id == lot.id))
        photo = uow.session.scalar(select(ConcealedPhoto.id).where(ConcealedPhoto.work_id == work.id).order_by(ConcealedPhoto.id))
    with site.units.writing(SYSTEM) as uow:
        print_record(uow, result=str(result))
        paper = uow.session.scalar(select(AcceptancePaper.id).where(AcceptancePaper.result_id == result))
    return {
        **{f"acceptance.{name}": {"lot_id": lot.id} for name in OF_A_LOT}, "acceptance.show": {"acceptance_id": node.id},
        "acceptance.sign_node": {"acceptance_id": node.id}, "acceptance.approve": {"record_id": record.id},
        **{f"acceptance.{name}": {"work_id": work.id} for name in ("look", "photograph", "sign_look", "waive")},
        "acceptance.photo": {"photo_id": photo}, "acceptance.paper": {"paper_id": paper}, "acceptance.withdraw": {"code": "10"},
    }
