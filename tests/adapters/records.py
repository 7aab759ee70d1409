"""Facts for the acceptance records of GB 50300, invented."""

from datetime import date
from typing import Any

Facts = dict[str, Any]
FIRMS = {
    "contractor": "山东泉城建工集团有限公司", "leader": "张昇镕", "technical": "郑㛃",
    "subcontractor": "济南龙奥钢筋工程有限公司", "subcontract_leader": "褚喆",
    "subcontract": "钢筋（12 批）、混凝土（6 批）",
}
TOTALS = {
    "records": 12, "records_right": 12, "tests": 6, "tests_right": 6, "sampled": 3, "sampled_right": 3, "looked": 10,
    "looked_right": 10,
}


def signatures(*labels: str) -> list[Facts]:
    return [
        {"label": label, "name": "陈𬭎", "signed_on": date(2026, 3, 2), "verdict": "合格", "opinion": "符合要求",
         "decides": False}
        for label in labels
    ]


def heading(**more: Any) -> Facts:
    return {
        "number": "02010201-007-1", "project": "和平里小区", "unit": "和平里小区 1 号楼", "division": "主体结构 / 混凝土结构",
        "item": "钢筋", "firms": FIRMS,
    } | more


def check(number: int) -> Facts:
    return {
        "label": f"受力钢筋安装位置、锚固方式 {number}", "requirement": "5.5.2　安装牢固，安装位置、锚固方式符合设计要求",
        "sample": "5／8", "record": "符合要求；纵向受力钢筋间距：3，-2.5，10，0，4", "result": "合格",
    }


CHILDREN = [
    {"number": f"02010201-{number:03d}", "name": "钢筋", "place": "三层①~⑤/A~D轴", "capacity": "40 件", "lots": number}
    for number in range(1, 40)
]
LEADERS = ("施工单位项目负责人", "勘察单位项目负责人", "设计单位项目负责人", "总监理工程师")
NODE = {
    "children": CHILDREN, "totals": TOTALS, "remarks": "同意报验", "attendants": ["项目技术负责人 郑㛃"], "subdivisions": 3,
    "conclusion": "合格", "structure": "剪力墙结构", "storeys": "18／2", "area": "12340.5 m²", "started_on": date(2024, 3, 10),
    "accepted_on": "", "reviewed_by": "郑㛃", "decided_by": "龑喆堃",
    "reviewed": [
        {"table": table, "title": title, "source": "GB 50300-2013 附录H", "rows": [
            {"subject": "建筑与结构", "label": f"{label} {number}", "count": 3, "right": 3, "sampled": number % 2,
             "sampled_right": number % 2, "note": "检 2026-001 齐鲁检测" if table == "entity" else ""}
            for number in range(30)
        ]}
        for table, title, label in (
            ("records", "质量控制资料核查记录", "隐蔽工程验收记录"), ("tests", "安全和功能检验资料核查记录", "屋面淋水试验"),
            ("looks", "单位工程观感质量检查记录", "室外墙面"), ("entity", "结构实体检验记录", "结构实体混凝土强度检验"),
        )
    ],
}

FORMS: dict[str, Facts] = {
    "lot_record": heading(
        lot="三层①~⑤轴钢筋检验批", place="三层①~⑤/A~D轴", capacity="40 件", builder=FIRMS["contractor"], basis="施工方案 2026-3",
        standard="GB 50204-2015", dominant=[check(number) for number in range(5)], general=[check(number) for number in range(4)],
        signatures=signatures("专业工长", "项目专业质量检查员", "专业监理工程师"),
    ),
    "item_record": heading(name="钢筋", level="item", signatures=signatures("项目专业技术负责人", "专业监理工程师"), **NODE),
    "division_record": heading(name="地基与基础", level="division", signatures=signatures(*LEADERS), **NODE),
    "unit_review": heading(name="1 号楼", level="unit", signatures=signatures("施工单位项目负责人", "总监理工程师"), **NODE),
    "site_check": {
        "number": "P000001-20260301", "project": "和平里小区", "started_on": date(2026, 1, 5), "permit": "370102202601050101",
        "owner": "历城置业有限公司", "owner_leader": "赵建设", "design": "齐鲁建筑设计院", "design_leader": "孙设计",
        "supervision": "明湖监理有限公司", "chief": "龑喆堃", "contractor": "山东泉城建工集团有限公司", "leader": "张昇镕",
        "technical": "郑㛃", "items": [
            {"label": f"施工组织设计、施工方案编制及审批 {number}", "said": "编制人、审批人", "files": number % 2}
            for number in range(13)
        ], "self_check": "各项制度健全，自检合格", "filled_on": date(2026, 3, 1), "verdict": "合格", "conclusion": "同意开工",
        "checker": "龑喆堃", "checked_on": date(2026, 3, 2),
    },
    "hidden_record": heading(
        hidden="钢筋工程", place="三层梁板①~⑤轴", looked_on=date(2026, 3, 4), drawings="结施-05；设计变更 03",
        materials="HRB400E Φ25、Φ8", contents="钢筋牌号、规格、数量、位置", photos=["9f86d081" * 8] * 2, repeats=False,
        opinions="符合设计要求", conclusion="同意隐蔽",
        signatures=signatures("专业工长", "项目专业质量检查员", "项目专业技术负责人", "专业监理工程师"),
    ),
}
