"""What a browser may send about organisations."""

from registry.kernel.text import later
from registry.parties.models import OrganisationStatus
from registry.parties.rules import STATUS_NAMES
from registry.web.fields import (
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    Needed,
    UsccField,
    VersionField,
    at_most,
)


class RegisterForm(Form):
    uscc = UsccField(later("统一社会信用代码"), [Needed()])
    name = LineField(later("单位名称"), [Needed(), at_most(100)])
    legal_representative = LineField(later("法定代表人"), [Needed(), at_most(60)])
    region = CodeField(later("所在地行政区划代码"), [at_most(6)])


class NameForm(Form):
    """One new name: of the organisation, or of its legal representative."""

    name = LineField(later("变更为"), [Needed(), at_most(100)])
    version = VersionField()


class StatusForm(Form):
    status = ChoiceField(later("单位状态"), [Needed()])
    since = DayField(later("自何日起"), [Needed()])
    reason = LineField(later("依据"), [Needed(), at_most(200)])
    successor_uscc = UsccField(later("承继单位的统一社会信用代码"))
    version = VersionField()

    def offer(self, statuses: list[OrganisationStatus]) -> None:
        self.status.choices = [(status.value, STATUS_NAMES[status]) for status in statuses]
