"""Facts for every form: invented people, real rare characters."""

import base64
import io
from datetime import date
from typing import Any

from PIL import Image, ImageDraw

from tests.adapters import completions, drawings, records
from tests.materials import papers as materials

Facts = dict[str, Any]

PROJECT = "历下区龙奥片区安置房（一期）3号地块建设工程"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RARE = "镕喆堃昇龑珺玥䶮㛃𬭎"
PARTIES = (
    ("建设单位", "济南市历下区城市更新有限公司", "项目负责人", "王珺玥"),
    ("勘察单位", "山东华勘工程勘察院有限公司", "项目负责人", "李㛃"),
    ("设计单位", "山东省建筑设计研究院第一分院股份有限公司", "项目负责人", "欧阳䶮"),
    ("施工单位", "山东泉城建工集团有限公司", "项目经理", "张昇镕"),
    ("监理单位", "济南正衡建设监理咨询有限责任公司", "总监理工程师", "陈𬭎"),
)


def drawn_signature() -> str:
    """What a signature pad sends: a stroke on a clear ground, as a PNG data URI."""
    image = Image.new("RGBA", (360, 120), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(20, 90), (60, 20), (90, 100), (180, 90), (330, 80)], fill=(10, 10, 40, 255), width=6)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode()


def fields(**values: str) -> list[Facts]:
    return [{"label": label, "value": value} for label, value in values.items()]


def closing(*lines: tuple[str, str, str]) -> list[Facts]:
    return [{"key": key, "label": label, "value": value} for key, label, value in lines]


def pledge(**changed: Any) -> Facts:
    return {
        "number": "CN-370102202603010001-1A2B3C4D", "wording_title": "工程质量终身责任承诺书",
        "wording_version": "default-1", "wording_sha256": SHA256,
        "fields": fields(
            授权单位名称="山东泉城建工集团有限公司", 法定代表人姓名="赵喆", 工程项目名称=PROJECT, 担任职务="施工单位项目经理",
        ),
        "paragraphs": [
            f"本人受山东泉城建工集团有限公司授权，担任{PROJECT}的施工单位项目经理，对该工程项目的施工工作实施组织管理。",
            "本人对设计使用年限（50 年）内的工程质量承担相应终身责任。",
        ],
        "closing": closing(
            ("person_signature", "承诺人签字", ""), ("identity_number", "身份证号", "370102198003071234"),
            ("qualification", "注册执业资格", "一级注册建造师"), ("qualification_number", "注册执业证号", "鲁1372012201234567"),
            ("signed_on", "签字日期", ""),
        ),
        "signature": drawn_signature(), "typed_name": "", "signed_on": date(2026, 3, 2), "late": True,
        "evidence": "平台签署，已核验第二因子", "verify_url": "https://zz.example.cn/d/9f86d081",
    } | changed


def authorisation() -> Facts:
    return pledge(
        number="SQ-370102202603010001-1A2B3C4D", wording_title="法定代表人授权书", late=False,
        fields=fields(被授权人姓名=RARE, 工程项目名称=PROJECT, 担任职务="施工单位项目经理"),
        paragraphs=[f"兹授权我单位{RARE}担任{PROJECT}的施工单位项目经理。", "本授权书自授权之日起生效。"],
        closing=closing(
            ("person", "姓名", RARE), ("identity_number", "身份证号", "370102198003071234"),
            ("qualification", "注册执业资格", ""), ("qualification_number", "注册执业证号", ""),
            ("person_signature", "被授权人（签字）", ""), ("organisation_seal", "授权单位（盖章）", "山东泉城建工集团有限公司"),
            ("legal_representative_signature", "法定代表人（签字）", ""), ("signed_on", "授权日期", ""),
        ),
    )


def change_of_leader() -> Facts:
    leader = {"qualification": "一级注册建造师", "certificate": "鲁1372012201234567"}
    return {
        "number": "BG-370102202603010001-1A2B3C4D", "wording_title": "项目负责人变更登记表",
        "wording_version": "default-1", "wording_sha256": SHA256,
        "fields": fields(工程项目名称=PROJECT, 单位名称="山东泉城建工集团有限公司", 担任职务="施工单位项目经理", 变更前="张昇镕",
                         变更后="龑喆堃", 变更原因="因病不能继续履行职责", 变更手续文号=""),
        "leaders": [
            leader | {"label": "变更前", "person": "张昇镕", "identity_number": "370102198003071234",
                      "since": date(2024, 3, 5), "until": date(2026, 3, 2)},
            leader | {"label": "变更后", "person": "龑喆堃", "identity_number": "37010219850607123X",
                      "since": date(2026, 3, 2), "until": None},
        ],
        "effective_on": date(2026, 3, 2),
        "paragraphs": [
            f"山东泉城建工集团有限公司在{PROJECT}的施工单位项目经理，自2026年3月2日起由张昇镕变更为龑喆堃。",
            "变更后的项目负责人应当重新签署工程质量终身责任承诺书，连同法定代表人授权书报工程质量监督机构备案。",
            "变更不免除原项目负责人对其任职期间依法应当承担的质量终身责任。",
        ],
        "closing": closing(
            ("organisation_seal", "单位（盖章）", "山东泉城建工集团有限公司"),
            ("legal_representative_signature", "法定代表人（签字）", ""), ("signed_on", "日期", ""),
        ),
        "handover_title": "项目负责人工作交接书", "handover_paragraphs": ["张昇镕与龑喆堃办理交接。"],
        "statement": ["原负责人张昇镕自 2024-03-05 至 2026-03-02 任职，共 728 天。", "1号楼：截至交接日尚未竣工验收。"],
        "handover_closing": closing(
            ("predecessor_signature", "移交人签字", ""), ("successor_signature", "接收人签字", ""),
            ("signed_on", "交接日期", ""),
        ),
        "signed_on": date(2026, 3, 2), "evidence": "", "verify_url": "https://zz.example.cn/d/9f86d081",
    }


def responsibility_table() -> Facts:
    return {
        "project": PROJECT, "project_number": "370102202603010001", "address": "济南市历下区龙奥北路以北",
        "permit_number": "370102202403050101", "oversight_number": "",
        "units": [
            {"number": "01", "name": "1号楼", "design_life": 50, "accepted_on": date(2026, 2, 1)},
            {"number": "02", "name": "2号楼", "design_life": 50, "accepted_on": None},
        ],
        "rows": [
            {
                "role": role, "organisation": organisation, "uscc": f"91370102MA3C8XYZ1{count}", "post": role + post,
                "person": person, "identity_number": f"37010219800307123{count}", "qualification": "一级注册建造师",
                "certificate": "鲁1372012201234567", "since": date(2024, 3, 5),
                "until": date(2026, 3, 2) if count == 3 else None, "change": "因病变更" if count == 3 else "",
            }
            for count, (role, organisation, post, person) in enumerate(PARTIES)
        ],
        "prepared_by": PARTIES[0][1], "prepared_on": date(2026, 3, 2),
    }


def archive_catalogue() -> Facts:
    return {
        "project": PROJECT, "project_number": "370102202603010001", "volume_number": "ZRDA-370102202603010001-001",
        "items": [
            {"number": count, "code": "Q1-02", "title": f"工程质量终身责任承诺书（{person}）", "responsible": organisation,
             "dated": date(2024, 3, 5), "sha256": SHA256}
            for count, (_role, organisation, _post, person) in enumerate(PARTIES * 3, 1)
        ],
        "missing": ["永久性标牌"], "prepared_by": PARTIES[0][1], "prepared_on": date(2026, 3, 2),
    }


def scan() -> Facts:
    return {
        "title": "隐蔽工程验收记录（影像）", "code": "C5-01", "sha256": "9f86d081884c7d65" * 4, "issued_on": date(2025, 5, 7),
        "picture": drawn_signature(),
    }


def trace_report(**changed: Any) -> Facts:
    return {
        "project": PROJECT, "project_number": "370102202603010001", "address": "济南市历下区龙奥北路以北",
        "unit": "1号楼", "part": "主体结构 / 混凝土结构", "part_code": "0201", "done_on": date(2025, 5, 6),
        "cause": "成因未定", "purpose": "处理业主投诉", "asked_by": "赵监督", "asked_at": "2026-03-02T04:00:00+00:00",
        "persons": [
            {
                "rank": rank, "person": person, "post": role + post, "organisation": organisation,
                "why": "当日组织了该部位的施工", "article": "建质〔2014〕124号 第五条", "since": date(2024, 3, 5), "until": None,
                "qualification": "一级注册建造师", "certificate": "鲁1372012201234567", "state": "已备案",
                "pledge_number": "CN-370102202603010001-1A2B3C4D", "signed_on": date(2024, 3, 4),
                "filing_number": "ZR-370102-2024-00012", "filed_on": date(2024, 3, 6), "document_sha256": SHA256,
                "life_ends_on": date(2076, 2, 1),
            }
            for rank, (role, organisation, post, person) in enumerate(PARTIES, 1)
        ],
        "earlier": [],
        "lots": [{
            "number": "02010201-007", "name": "三层第2施工段钢筋检验批", "item": "钢筋", "place": "三层①~⑤/A~D轴",
            "day": "2025-05-06", "why": "当日施作", "link": "/lots/1",
            "marks": [{
                "step": "检验批整体", "done_on": "2025-05-06", "doer": "钱班长", "checker": "陈质检", "accepter": "沈专监",
                "verdict": "合格", "link": "/marks/1",
            }],
            "signers": [{"label": "专业监理工程师", "name": "沈专监", "signed_on": "2025-05-07", "verdict": "合格"}],
        }],
        "lots_total": 1, "part_shown": None,
        "materials": [{
            "number": "H2500017", "product": "热轧带肋钢筋", "grade": "HRB400E 25", "producer": "泉城钢铁有限公司",
            "supplier": "历下建材供应有限公司", "arrived_on": "2025-04-20", "state": "可使用", "held": False, "holds": [],
            "reports": [{"number": "JC-000123", "test": "力学性能", "verdict": "合格", "commissioned_by_owner": True}],
            "dispositions": [], "lots": ["02010201-007"], "why": "用于检验批 02010201-007", "link": "/batches/1",
        }],
        "drawings": {
            "sets": [{
                "number": "SJ-2025-01", "title": "1 号楼结构施工图", "version": 2, "firm": "泉城设计院", "designer": "周设计",
                "on": "2025-03-01", "certificate": "鲁审-0001", "why": "当日有效", "link": "/drawing-sets/1",
            }],
            "changes": [], "waiting": [],
        },
        "acceptances": [{
            "level": "分部工程", "name": "主体结构", "link": "/acceptances/1", "why": "分部工程验收覆盖该部位",
            "signers": [{"label": "总监理工程师", "name": "孙总监", "signed_on": "2025-09-01", "verdict": "合格"}],
        }],
        "concealed": [], "first_samples": [],
    } | changed


def plaque(**changed: Any) -> Facts:
    return {
        "project": {"name": PROJECT, "number": "370102202603010001", "address": "济南市历下区龙奥北路以北"},
        "unit": {"number": "01", "name": "1号楼", "design_life_years": 50, "started_on": "2024-03-10",
                 "accepted_on": "2026-02-01"},
        "lines": [
            {"role": role, "organisation": organisation, "post": post, "leader": person}
            for role, organisation, post, person in PARTIES
        ],
        "issued_on": "2026-03-02", "code": "34679ACDEFGHJKMNPQRTWXY3", "width_mm": 600, "height_mm": 400, "qr_mm": 90,
        "qr_text": "HTTPS://ZZ.EXAMPLE.CN/V/34679ACDEFGHJKMNPQRTWXY3", "bleed_mm": 3, "crop_marks": "yes",
        "spoken_code": "3467 9ACD EFGH JKMN PQRT WXY3", "site": "zz.example.cn",
    } | changed


def sign_board(**changed: Any) -> Facts:
    return {
        "number": "02010201-007", "project": PROJECT, "unit": "1号楼", "item": "钢筋", "step": "钢筋隐蔽",
        "place": "三层①~⑤/A~D轴墙、柱", "done_on": date(2026, 3, 2), "builder": "山东泉城建工集团有限公司",
        "supervisor": "济南正衡建设监理咨询有限责任公司", "doer": "褚㛃", "checker": "陈𬭎", "accepter": "",
        "code": "3467 9ACD EFGH JKMN PQRT WXY3", "qr_text": "HTTPS://ZZ.EXAMPLE.CN/R/34679ACDEFGHJKMNPQRTWXY3",
    } | changed


FORMS: dict[str, Facts] = {
    "pledge": pledge(), "authorisation": authorisation(), "change_of_leader": change_of_leader(),
    "responsibility_table": responsibility_table(), "archive_catalogue": archive_catalogue(),
    "handover_catalogue": archive_catalogue(), "scan": scan(),
    "trace_report": trace_report(), "plaque": plaque(), "sign_board": sign_board(), "mark_label": sign_board(),
    **records.FORMS, **drawings.FORMS, **materials.FORMS, **completions.forms(drawn_signature()),
}
