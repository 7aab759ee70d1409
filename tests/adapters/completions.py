"""Facts for the papers of completion: invented people, real rare characters."""

from datetime import date
from typing import Any

Facts = dict[str, Any]
PROJECT = "历下区龙奥片区安置房（一期）3号地块建设工程 1号楼"


def paper(title: str, drawing: str, **changed: Any) -> Facts:
    return {
        "number": "JGYS-370102202603010001-01-1", "title": title,
        "fields": [
            {"label": label, "value": value} for label, value in (
                ("工程名称", PROJECT), ("工程地址", "济南市历下区龙奥北路以北"), ("结构类型", "剪力墙结构"),
                ("层数 / 建筑面积", "地上 33 层，地下 2 层 18642.5 m²"), ("开工日期", "2024-03-05"), ("设计使用年限", "50 年"),
                ("建设单位", "济南市历下区城市更新有限公司 / 王珺玥"), ("勘察单位", "山东华勘工程勘察院有限公司 / 李㛃"),
                ("施工单位", "山东泉城建工集团有限公司 / 张昇镕"), ("监理单位", "济南正衡建设监理咨询有限责任公司 / 陈𬭎"),
            )
        ],
        "sections": [
            {"heading": "一、验收意见", "paragraphs": ["经验收，工程质量符合设计文件和验收标准的要求，合格。"],
             "columns": [], "rows": []},
            {"heading": "二、质量保修期", "paragraphs": [], "columns": ["部位", "保修期"], "rows": [["屋面防水工程", "5 年"]]},
            {"heading": "三、其他", "paragraphs": [], "columns": [], "rows": []},
        ],
        "tables": [{
            "heading": "核查情况", "columns": ["项目", "记录", "结论"],
            "rows": [
                ["分部工程验收", "10 个分部均已验收合格", "符合"],
                ["屋面防水工程", "5 年", "建设工程质量管理条例 第四十条（二）"], ["其他", "", ""],
            ],
        }],
        "signatures": [
            {"label": "建设单位（济南市历下区城市更新有限公司）项目负责人", "image": drawing, "typed": "",
             "signed_on": date(2026, 3, 16)},
            {"label": "监理单位（济南正衡建设监理咨询有限责任公司）项目负责人", "image": "", "typed": "陈𬭎",
             "signed_on": date(2026, 3, 16)},
            {"label": "设计单位（盖章）", "image": "", "typed": "", "signed_on": ""},
        ],
        "evidence": "王珺玥 2026-03-16 09:30 在平台签署，已核验本人身份",
    } | changed


def unit_record(drawing: str) -> Facts:
    firms = {
        "建设单位": "济南市历下区城市更新有限公司", "监理单位": "济南正衡建设监理咨询有限责任公司",
        "施工单位": "山东泉城建工集团有限公司",
        "设计单位": "山东省建筑设计研究院有限公司", "勘察单位": "山东华勘工程勘察院有限公司",
    }
    return {
        "number": "H01-370102202603010001-01-1",
        "head": [
            ["工程名称", PROJECT, "结构类型", "剪力墙结构"],
            ["层数／建筑面积", "地上 33 层，地下 2 层／18642.5 m²", "施工单位", firms["施工单位"]],
            ["技术负责人", "", "开工日期", date(2024, 3, 5)], ["项目负责人", "张昇镕", "项目技术负责人", "郑㛃"],
            ["完工日期", date(2026, 3, 1)],
        ],
        "rows": [
            ["1", "分部工程验收", "共 10 分部，经查符合设计及标准规定 10 分部", "符合要求"],
            ["2", "质量控制资料核查", "共 46 项，经核查符合规定 46 项", "符合要求"],
            ["3", "安全和使用功能核查及抽查结果", "共核查 21 项，符合规定 21 项；共抽查 9 项，符合规定 9 项", "符合要求"],
            ["4", "观感质量验收", "见竣工验收报告所列书面确认", "符合要求"],
            ["5", "综合验收结论", "工程质量符合设计文件和验收标准的要求", "合格"],
        ],
        "signatures": [
            {"role": role, "firm": firm, "post": "总监理工程师" if role == "监理单位" else "项目负责人",
             "image": drawing if role == "建设单位" else "", "typed": "陈𬭎", "signed_on": date(2026, 3, 16)}
            for role, firm in firms.items()
        ],
        "evidence": "王珺玥 2026-03-16 09:30 在平台签署，已核验本人身份",
    }


def forms(drawing: str) -> dict[str, Facts]:
    """Every paper of completion; `drawing` is a name drawn by hand, as a PNG data URI."""
    return {
        "completion_report": paper("工程竣工报告", drawing), "acceptance_report": paper("工程竣工验收报告", drawing),
        "unit_record": unit_record(drawing), "filing_form": paper("竣工验收备案表", drawing),
        "warranty_certificate": paper("房屋建筑工程质量保修书", drawing), "residential_paper": paper("住宅质量保证书", drawing),
        "gate_report": paper("组织竣工验收前提核查表", drawing, signatures=[], evidence=""),
    }
