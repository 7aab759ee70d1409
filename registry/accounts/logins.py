"""What an account may be called."""

import re
import unicodedata

from registry.kernel.errors import Invalid
from registry.kernel.text import _

LOGIN = re.compile(r"[\w.@-]{3,40}")
PERSONAL = re.compile(r"(86)?1[3-9]\d{9}|\d{15}|\d{17}[\dx]")


class BadLogin(Invalid):
    code = "account.bad-login"


def normal_login(login: str) -> str:
    """The same login typed in full width or in capitals is the same login."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def check_login(login: str) -> str:
    """Return the login to keep. Raises BadLogin, also for a phone or identity number: it is no secret."""
    name = normal_login(login)
    if not LOGIN.fullmatch(name):
        raise BadLogin(_("登录名为 3 至 40 个汉字、字母、数字，可含“.”“_”“-”“@”。"), field="login")
    if PERSONAL.fullmatch(name):
        raise BadLogin(_("请不要用手机号或证件号码作登录名。"), field="login")
    return name
