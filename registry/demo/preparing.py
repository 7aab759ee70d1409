"""What comes before the first lot, in the demo city: how the site is managed, and the plan the supervision goes through."""

from registry.demo.cast import CITY
from registry.demo.site import Site
from registry.standards import handbook as standards
from registry.works.models import SiteCheck, Verdict
from registry.works.preparing import Filling, Said, fill_site_check, judge_site_check
from registry.works.reviewing import review_plan

KNOWN = {
    "quality-system": "项目部质量管理机构及人员任命文件齐全，质量目标为一次验收合格",
    "responsibility": "岗位责任书 12 份已签，五方承诺书已备案",
    "trade-certificates": "焊工 4 人、起重信号工 2 人、电工 3 人，证书在有效期内",
    "subcontractors": "无分包",
    "drawings": "施工图审查合格，会审记录 2026-1、设计交底记录 1 份",
    "geology": "岩土工程勘察报告（详勘）已审查",
}


def fill_in(site: Site) -> SiteCheck:
    """The contractor's leader writes down how the site is managed, and shows the appointments."""
    paper = site.scan("contractor")
    with site.by("contractor") as uow:
        items = standards.site_items(uow.session, CITY, uow.today).content
        return fill_site_check(uow, site.project, Filling("各项管理制度健全，人员、设备到位，自检合格。", {
            item.key: Said(KNOWN.get(item.key, item.hint), (paper,) if item.key == "quality-system" else ())
            for item in items
        }))


def prepared(site: Site) -> None:
    """The record is filled in, and the chief supervisor finds nothing wanting."""
    made = fill_in(site)
    site.after(1)
    with site.by("supervision") as uow:
        judge_site_check(uow, made.id, Verdict.PASSED, "资料齐全有效，同意开工。")


def planned(site: Site) -> None:
    """The supervision agrees to the plan of lots as it stands."""
    with site.by("site/supervision-engineer") as uow:
        review_plan(uow, site.unit, Verdict.PASSED, "划分符合附录B和专项方案。")
