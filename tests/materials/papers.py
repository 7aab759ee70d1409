"""Facts for the printed records of materials: invented people, real rare characters."""

from datetime import date
from typing import Any

BATCH = [
    {"label": "材料名称", "value": "热轧带肋钢筋"}, {"label": "规格型号", "value": "HRB400E 25"},
    {"label": "炉批号", "value": "H20260302-07"}, {"label": "代表数量", "value": "40 t"},
]
FORMS: dict[str, dict[str, Any]] = {
    "entry_inspection": {
        "number": "34679ACDEFGHJKMNPQRTWXY3", "project": "历下区龙奥片区安置房（一期）3号地块建设工程", "fields": BATCH,
        "checks": [{"label": label, "value": "合格"} for label in ("外观质量", "规格尺寸", "标识", "质量证明文件")],
        "verdict": "合格", "remark": "", "signed_by": "王珺玥", "signed_on": date(2026, 3, 2),
    },
    "witnessed_sampling": {
        "number": "34679ACDEFGHJKMNPQRTWXY3", "project": "历下区龙奥片区安置房（一期）3号地块建设工程", "fields": BATCH,
        "samples": [{
            "mark": "SY-2026-000123", "test": "力学性能（屈服、抗拉、伸长率）", "count": 2, "place": "钢筋加工棚",
            "taken_at": "2026-03-02 11:30", "sampler": "欧阳䶮", "witness": "陈𬭎", "photo": "9f86d081884c7d65",
        }],
    },
    "material_labels": {"labels": [
        {
            "title": "材料标识", "project": "历下区龙奥片区安置房（一期）3号地块建设工程", "name": "热轧带肋钢筋",
            "lines": ["HRB400E 25", "炉批号 H20260302-07", "40 t", "2026-03-02 进场", "泉城钢铁有限公司"],
            "code": "3467 9ACD EFGH JKMN PQRT WXY3", "qr_text": "HTTPS://ZZ.EXAMPLE.CN/M/34679ACDEFGHJKMNPQRTWXY3",
        },
        {
            "title": "预制构件标识", "project": "历下区龙奥片区安置房（一期）3号地块建设工程", "name": "叠合板 DBS1-67-3620-31",
            "lines": ["构件编号 YZ-3F-001", "泉城预制构件有限公司"],
            "code": "YXWT RQPN MKJH GFED CA97 6433", "qr_text": "HTTPS://ZZ.EXAMPLE.CN/M/YXWTRQPNMKJHGFEDCA976433",
        },
    ]},
}
