"""Fields mend what keyboards do, refuse what cannot be read, and speak Chinese."""

import base64
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.days import day_typed
from registry.kernel.errors import Invalid
from registry.kernel.text import later
from registry.web import fields

PNG = fields.PNG + b"\0" * 40


class Everything(fields.Form):
    name = fields.LineField(later("姓名"), [fields.Needed(), fields.at_most(20)])
    note = fields.ParagraphField("说明")
    uscc = fields.UsccField("统一社会信用代码")
    code = fields.OneTimeCodeField("动态验证码")
    day = fields.DayField("日期")
    storeys = fields.WholeNumberField("层数")
    cost = fields.AmountField("造价")
    kind = fields.ChoiceField("类别", choices=[("", later("请选择")), ("a", later("甲")), ("b", "乙")])
    signature = fields.SignatureField("签名")
    promise = fields.TickField("本人承诺", [fields.Needed()])


@pytest.fixture
def app() -> Flask:
    app = Flask("fields")
    app.config.update(SECRET_KEY="fields", WTF_CSRF_ENABLED=False)
    return app


def sent(app: Flask, **typed: Any) -> Everything:
    with app.test_request_context(method="POST", data={"name": "李建国", "kind": "", "promise": "y"} | typed):
        form = Everything()
        form.validate()
        return form


def test_a_rare_character_in_a_name_stays_as_it_was_typed(app: Flask) -> None:
    for name in ("𬭬𫖮", "王\U000E0100喆", "﨑山", "阿卜杜拉·买买提"):
        form = sent(app, name=f"　{name} ")
        assert form.errors == {}
        assert form.name.data == name


def test_signs_of_no_width_are_dropped_and_signs_that_deceive_are_refused(app: Flask) -> None:
    assert sent(app, name="李\u200b建国\ufeff").name.data == "李建国"
    assert sent(app, name="李\u202e国建").errors == {"name": ["含有看不见的控制字符，请重新输入。"]}
    assert sent(app, note="第一行\x00").errors == {"note": ["含有看不见的控制字符，请重新输入。"]}


def test_several_lines_stay_several_lines(app: Flask) -> None:
    assert sent(app, note=" 工作调动。\r\n另有任用。 ").note.data == "工作调动。\n另有任用。"


def test_a_code_typed_full_width_in_lower_case_with_spaces_is_mended(app: Flask) -> None:
    form = sent(app, uscc=" ９１３７ 0100ma3bad00xx ", code="１２３ 456")

    assert (form.uscc.data, form.code.data) == ("91370100MA3BAD00XX", "123456")


@pytest.mark.parametrize("typed", [
    "2024-03-05", "2024.3.5", "2024/03/05", "2024年3月5日", "２０２４－３－５", "20240305",
])
def test_a_day_may_be_written_as_people_write_days(app: Flask, typed: str) -> None:
    assert sent(app, day=typed).day.data == date(2024, 3, 5)


@pytest.mark.parametrize("typed", ["2024-02-30", "05/03/2024", "昨天", "99999"])
def test_what_is_no_day_is_refused_and_kept_for_correction(app: Flask, typed: str) -> None:
    form = sent(app, day=typed)

    assert form.errors == {"day": [f"“{typed}”不是一个日期，请按 2024-03-05 的格式填写。"]}
    assert f'value="{typed}"' in form.day()


def test_an_empty_day_is_no_day_and_no_mistake(app: Flask) -> None:
    form = sent(app, day="")

    assert form.errors == {}
    assert form.day.data is None


def test_numbers_may_have_their_thousands_apart(app: Flask) -> None:
    form = sent(app, cost="１２,345.60", storeys="1,033")

    assert (form.cost.data, form.storeys.data) == (Decimal("12345.60"), 1033)


@pytest.mark.parametrize("typed", ["很多", "NaN", "Infinity", "1.2.3"])
def test_what_is_no_amount_is_refused(app: Flask, typed: str) -> None:
    assert sent(app, cost=typed).errors == {"cost": ["请填写数字，小数点用“.”。"]}


def test_mistakes_are_said_in_chinese_by_the_name_of_the_field(app: Flask) -> None:
    form = sent(app, name="", promise="", storeys="三", kind="z")

    assert form.errors == {
        "name": ["请填写“姓名”。"], "promise": ["请勾选“本人承诺”。"],
        "storeys": ["请填写整数。"], "kind": ["请从列出的选项中选择。"],
    }
    assert sent(app, name="长" * 21).errors == {"name": ["最多填写 20 个字。"]}


def test_choices_may_be_given_when_they_are_known(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"kind": "c"}):
        form = Everything()
        form.kind.choices = [("c", later("丙"))]
        form.validate()

    assert "kind" not in form.errors
    assert '<option selected value="c">丙</option>' in form.kind()


def test_a_signature_is_a_png_and_nothing_else(app: Flask) -> None:
    drawn = fields.PNG_DATA + base64.b64encode(PNG).decode()

    assert sent(app, signature=drawn).signature.data == PNG
    assert sent(app, signature="").signature.data is None
    for wrong in ("data:image/svg+xml;base64,PHN2Zz4=", fields.PNG_DATA + "PHN2Zz4=", fields.PNG_DATA + "!!!",
                  drawn + "A" * fields.LARGEST_SIGNATURE):
        assert sent(app, signature=wrong).errors == {"signature": ["签名图像无法识别，请重新签写。"]}


def test_what_the_act_finds_wrong_stands_beside_its_field(app: Flask) -> None:
    form = sent(app)

    with form.blaming():
        raise Invalid("末位校验码不符。", field="uscc")
    with form.blaming():
        raise Invalid("承诺书文本已更新。")

    assert form.errors == {"uscc": ["末位校验码不符。"], "": ["承诺书文本已更新。"]}


def test_a_form_ignores_what_it_does_not_name(app: Flask) -> None:
    assert "role" not in sent(app, role="station-head").data


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_the_browser_can_send_is_read_back(day: date) -> None:
    assert day_typed(day.isoformat()) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_days_and_signatures(text: str) -> None:
    day_typed(text)
    fields.png_sent(fields.PNG_DATA + text)
