"""A small site that shows every part of a page once, to look at and to test. The product does not serve it.

To look: `python -m tests.web.gallery`, then http://127.0.0.1:8765
"""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Flask, abort, flash, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from flask_wtf.file import FileField
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

import registry
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import Conflict, Invalid, Refusal
from registry.web import fields, filters, headers
from registry.web.pages import page, see_other, sort_asked, window_asked

ROOT = Path(registry.__file__).parent.parent
SHOWN = Path(__file__).parent / "shown"
OFFICER = Actor(account=UUID(int=1), name="周明远", region="370100")
NAVIGATION = [
    ("工作台", "desks.home", "home"), ("工程", "gallery.listing", "project"),
    ("承诺与备案", "gallery.forms", "pledge"), ("责任主体", "desks.search", "party"),
    ("质量追溯", "gallery.trace", "trace"), ("责任标牌", "accounts.me", "plaque"),
]
FRAME = {
    "navigation": NAVIGATION, "unread": 3, "acting_for": "济南市建设工程质量监督站",
    "config_site": SimpleNamespace(operator="济南市住房和城乡建设局", icp_record="鲁ICP备00000000号-1",
                                   police_record="", site_code="3701000000", contact="0531-00000000"),
}
SIGNED_OUT = {"gallery.public", "accounts.sign_in"}

WAYS = [("drawn", "在本平台签署"), ("paper", "上传纸质件")]

bp = Blueprint("gallery", __name__)


class TryForm(fields.Form):
    name = fields.LineField("工程名称", [fields.Needed(), fields.at_most(100)])
    uscc = fields.UsccField("统一社会信用代码", [fields.Needed()])
    kind = fields.ChoiceField("责任主体", [fields.Needed()], choices=[("", "请选择"), ("owner", "建设单位")])
    started_on = fields.DayField("开工日期")
    cost = fields.AmountField("工程造价（万元）")
    storeys = fields.WholeNumberField("地上层数")
    reason = fields.ParagraphField("变更原因")
    way = fields.OneOfField("签署方式", [fields.Needed()], choices=WAYS)
    parts = fields.ManyOfField("承担范围", choices=[("01", "1# 住宅楼"), ("02", "地下车库")])
    code = fields.OneTimeCodeField("动态验证码", [fields.Needed()])
    scan = FileField("扫描件")
    promise = fields.TickField("本人已阅读并承诺", [fields.Needed()])
    signature = fields.SignatureField("手写签名")
    typed = fields.LineField("姓名")


class Taken(Conflict):
    code = "gallery.taken"

    def __init__(self) -> None:
        super().__init__("李建国已于 2026年3月1日签署，不能重复签署。", remedy="如内容有误，请办理更正。")


class Mistyped(Invalid):
    code = "gallery.mistyped"

    def __init__(self, *, field: str) -> None:
        super().__init__("统一社会信用代码应为 18 位，现为 5 位。", field=field)


def gallery_app() -> Flask:
    app = Flask("gallery", static_folder=str(ROOT / "registry/static"))
    app.config.update(SECRET_KEY="gallery", PROPAGATE_EXCEPTIONS=False)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(SHOWN)])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(idempotency_key=lambda: str(uuid4()), demo=True)
    CSRFProtect(app)
    filters.install(app)
    headers.install(app)
    app.before_request(who_is_there)
    app.context_processor(lambda: FRAME | {"actor": g.get("actor", NOBODY)})
    app.register_blueprint(bp)
    app.add_url_rule("/", "desks.home", parts)
    app.add_url_rule("/search", "desks.search", parts)
    app.add_url_rule("/me", "accounts.me", parts, methods=["GET", "POST"])
    app.add_url_rule("/inbox", "notices.inbox", parts)
    app.add_url_rule("/sign-in", "accounts.sign_in", public)
    app.add_url_rule("/sign-out", "accounts.sign_out", lambda: see_other("desks.home"), methods=["POST"])
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, no_page)
    return app


def who_is_there() -> None:
    endpoint = request.endpoint
    g.actor = NOBODY if endpoint in SIGNED_OUT else OFFICER


def refused(no: Refusal) -> ResponseReturnValue:
    return page("errors/refusal.html", no=no)[0], no.status


def no_page(failure: HTTPException) -> ResponseReturnValue:
    return page("errors/http.html", status=failure.code)[0], failure.code or 500


def parts() -> ResponseReturnValue:
    return page("gallery/parts.html", seats=SEATS, at=datetime(2026, 3, 2, 4, tzinfo=UTC))


@bp.get("/public")
def public() -> ResponseReturnValue:
    return page("gallery/public.html", seats=SEATS)


@bp.route("/forms", methods=["GET", "POST"])
def forms() -> ResponseReturnValue:
    form = TryForm()
    if form.validate_on_submit():
        with form.blaming():
            if form.uscc.data == "WRONG":
                raise Mistyped(field="uscc")
            drawn = len(form.signature.data or b"")
            flash(f"已收到 {form.name.data}，签名 {drawn} 字节，键入 {form.typed.data}。")
            return see_other("gallery.forms")
    return page("gallery/forms.html", form=form)


@bp.get("/list")
def listing() -> ResponseReturnValue:
    sort = sort_asked("name", "day", usual="-day")
    return page("gallery/list.html", rows=PROJECTS, window=window_asked(), total=1284, sort=sort)


@bp.get("/trace")
def trace() -> ResponseReturnValue:
    on = date.fromisoformat(request.args.get("on", "2024-08-16"))
    return page("gallery/trace.html", on=on, since=date(2023, 3, 1), until=date(2026, 11, 22), rows=TERMS)


@bp.get("/refused")
def refuse() -> ResponseReturnValue:
    raise Taken


@bp.get("/status/<int:status>")
def status(status: int) -> ResponseReturnValue:
    abort(status)


def seat(post: str, organisation: str, person: str, *days: date | None) -> dict[str, Any]:
    steps = list(zip(("授权书", "承诺书", "备案"), days, strict=True))
    return {
        "post": post, "organisation": organisation, "person": person, "address": "/me" if person else "",
        "steps": steps, "missing": [word for word, done in steps if not done],
    }


def project(name: str, owner: str, area: float, tone: str, state: str) -> SimpleNamespace:
    facts = {"name": name, "owner": owner, "area": area, "tone": tone, "state": state}
    return SimpleNamespace(number="3701022024030501", day=date(2024, 3, 5), **facts)


def terms(post: str, *spans: tuple[str, date, date | None]) -> dict[str, Any]:
    return {"label": post, "spans": [
        {"name": name, "since": since, "until": until, "holds": since <= ASKED <= (until or ASKED)}
        for name, since, until in spans
    ]}


DAY, START, ASKED = date(2026, 2, 26), date(2023, 3, 1), date(2024, 8, 16)
SEATS = [
    seat("建设单位项目负责人", "济南泉城置业有限公司", "陈国栋", DAY, DAY, DAY),
    seat("勘察单位项目负责人", "山东正元地质勘察院", "王海岩", DAY, DAY, DAY),
    seat("设计单位项目负责人", "同圆设计集团股份有限公司", "欧阳静怡", DAY, DAY, DAY),
    seat("施工单位项目经理", "山东三箭建设工程股份有限公司", "李建国", DAY, None, None),
    seat("监理单位总监理工程师", "济南市建设监理有限公司", "", None, None, None),
]
PROJECTS = [
    project("泉城花园三期 1#～6# 住宅楼及地下车库", "济南泉城置业有限公司", 86432.5, "good", "已备案"),
    project("历下区解放东路小学新建教学楼", "历下区教育和体育局", 12870, "wait", "待签 2 方"),
    project("高新区生物医药产业园二期", "济南高新控股集团有限公司", 154200, "bad", "变更超期"),
    project("小清河综合治理泵站", "济南城市建设集团有限公司", 3150.75, "info", "施工中"),
    project("雪山片区 B-7 地块（已竣工）", "山东鲁商置业有限公司", 64100, "quiet", "已移交档案"),
]
TERMS = [
    terms("建设单位项目负责人", ("陈国栋", START, None)),
    terms("设计单位项目负责人", ("欧阳静怡", START, date(2025, 6, 30)), ("赵启明", date(2025, 7, 1), None)),
    terms("施工单位项目经理", ("孙大伟", START, date(2024, 5, 31)), ("李建国", date(2024, 6, 1), None)),
    terms("监理单位总监理工程师", ("刘振华", date(2023, 4, 12), None)),
]

if __name__ == "__main__":
    gallery_app().run("127.0.0.1", 8765, use_reloader=False)
