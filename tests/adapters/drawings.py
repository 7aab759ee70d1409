"""Facts for the papers of the designs, invented."""

from datetime import date
from typing import Any

Facts = dict[str, Any]
PROJECT = "历下区龙奥片区安置房（一期）3号地块建设工程"
DESIGNER = "山东省建筑设计研究院第一分院股份有限公司"


def approval(
    office: str, person: str = "", decision: str = "", opinion: str = "", signed_on: date | None = None
) -> Facts:
    return {"office": office, "person": person, "decision": decision, "opinion": opinion, "signed_on": signed_on}


def design_change(**changed: Any) -> Facts:
    return {
        "number": "结变-012", "title": "设计变更", "project": PROJECT, "project_number": "370102202603010001",
        "unit": "1号楼", "drawings": "JG-2026-01 1号楼结构施工图", "asked_by": "建设单位", "drawn_up_by": DESIGNER,
        "effective_on": date(2026, 3, 2), "parts": ["020101 主体结构 / 混凝土结构 / 模板", "F3 三层"],
        "triggers": ["地基基础和主体结构的安全性"], "review": "须送原审查机构重新审查",
        "reviews": ["鲁审-0007（泉城施工图审查中心）"],
        "reason": "三层使用功能由办公改为档案库，楼面活荷载提高。",
        "content": "1. 三层①~⑤/A~D轴楼板板厚由 120 mm 改为 150 mm。\n2. 梁 KL3(4) 上部通长筋改为 4Φ25。", "state": "会签未齐",
        "approvals": [
            approval("设计单位项目负责人", "欧阳䶮", "同意", "", date(2026, 3, 1)),
            approval("总监理工程师", "陈𬭎", "同意", "施工前核对模板支撑", date(2026, 3, 2)),
            approval("建设单位项目负责人"),
        ],
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    } | changed


def design_delivery(**changed: Any) -> Facts:
    names = ("建筑", "结构", "给水排水", "暖通空调", "电气")
    return {
        "number": "370102202603010001-01", "project": PROJECT, "unit": "1号楼", "address": "济南市历下区龙奥北路以北",
        "made_on": date(2026, 3, 2), "present": 5, "wanted": 8,
        "items": [
            {"label": f"{name}施工图", "formats": "PDF、OFD", "present": True, "responsible": "设计单位"} for name in names
        ] + [
            {"label": "总平面图", "formats": "PDF、OFD", "present": False, "responsible": "设计单位"},
            {"label": "建筑施工图源文件或模型", "formats": "DWG、IFC/RVT", "present": False, "responsible": "设计单位"},
            {"label": "结构施工图源文件或模型", "formats": "DWG、IFC/RVT", "present": False, "responsible": "设计单位"},
        ],
        "sets": [
            {
                "discipline": name, "stage": "施工图", "number": f"SJ-2026-0{place}", "title": f"1号楼{name}施工图",
                "version": place, "sheets": 12 * place, "delivered_on": date(2026, 1, 12),
                "firm": DESIGNER, "designer": "欧阳䶮", "state": "有效",
            }
            for place, name in enumerate(names, start=1)
        ],
    } | changed


FORMS: dict[str, Facts] = {"design_change": design_change(), "design_delivery": design_delivery()}
