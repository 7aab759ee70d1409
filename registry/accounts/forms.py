"""What a browser may send about accounts."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import EqualTo, Length

from registry.accounts.passwords import LONGEST
from registry.accounts.rules import ROLE_NAMES
from registry.kernel.actor import Role
from registry.kernel.text import later
from registry.parties.models import IdentityKind
from registry.parties.rules import IDENTITY_NAMES
from registry.web.fields import (
    ChoiceField,
    CodeField,
    Form,
    IdentityField,
    LineField,
    ManyOfField,
    Needed,
    OneTimeCodeField,
    Text,
    UsccField,
    at_most,
)


class SignInForm(Form):
    login = LineField(later("登录名"), [Needed(), at_most(60)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        later("密码"), [Needed(), Length(max=4 * LONGEST)], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(Form):
    """A code of the second factor, or one of the recovery codes."""

    code = OneTimeCodeField(later("动态验证码"))
    recovery = CodeField(later("恢复码"), [at_most(40)])

    def validate(self, extra_validators: Any = None) -> bool:
        right = bool(super().validate(extra_validators))
        if right and not self.given:
            self.code.errors = [*self.code.errors, str(later("请填写 6 位动态验证码。"))]
        return right and bool(self.given)

    @property
    def given(self) -> str:
        return str(self.code.data or self.recovery.data or "")


class EnrolForm(Form):
    code = OneTimeCodeField(later("应用显示的 6 位验证码"), [Needed()])


class PasswordOnlyForm(Form):
    password = PasswordField(
        later("密码"), [Needed(), Length(max=4 * LONGEST)], render_kw={"autocomplete": "current-password"}
    )


def new_password(label: Text) -> PasswordField:
    return PasswordField(
        label, [Needed(), Length(max=4 * LONGEST)], render_kw={"autocomplete": "new-password"}
    )


def repeated(of: str) -> PasswordField:
    return PasswordField(
        later("再次输入"), [Needed(), EqualTo(of, later("两次输入的密码不一致。"))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(Form):
    old = PasswordField(later("现在的密码"), [Needed()], render_kw={"autocomplete": "current-password"})
    password = new_password(later("新密码"))
    again = repeated("password")


class RecoverForm(Form):
    """For those whose identity number is not known to the registry."""

    password = new_password(later("新密码"))
    again = repeated("password")


class RecoverKnownForm(RecoverForm):
    identity = IdentityField(later("证件号码后六位"), [Needed()])


class JoinForm(Form):
    login = LineField(later("登录名"), [Needed(), at_most(40)], render_kw={"autocomplete": "username"})
    password = new_password(later("密码"))
    again = repeated("password")


class JoinKnownForm(JoinForm):
    identity = IdentityField(later("证件号码后六位"), [Needed()])


class JoinInPersonForm(JoinForm):
    name = LineField(later("姓名"), [Needed(), at_most(60)], render_kw={"autocomplete": "name"})
    identity_kind = ChoiceField(
        later("证件类型"), choices=[(kind.value, name) for kind, name in IDENTITY_NAMES.items()],
        default=IdentityKind.CITIZEN.value,
    )
    identity = IdentityField(later("证件号码"), [Needed()])


class InviteForm(Form):
    name = LineField(later("姓名"), [Needed(), at_most(60)], render_kw={"autocomplete": "off"})
    uscc = UsccField(later("单位的统一社会信用代码"))
    roles = ManyOfField(later("角色"), [Needed()])
    region = CodeField(later("负责的行政区划代码"), [at_most(6)])

    def offer(self, roles: list[Role]) -> None:
        self.roles.choices = [(role.value, ROLE_NAMES[role]) for role in roles]


class GrantForm(Form):
    role = ChoiceField(later("角色"), [Needed()])
    region = CodeField(later("负责的行政区划代码"), [at_most(6)])

    def offer(self, roles: list[Role]) -> None:
        self.role.choices = [(role.value, ROLE_NAMES[role]) for role in roles]


class ReasonForm(Form):
    reason = LineField(later("理由"), [Needed(), at_most(200)])
