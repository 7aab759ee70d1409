"""What a browser may send about traces."""

from registry.defects.words import CAUSES
from registry.kernel.text import later
from registry.standards.trace_order import Cause
from registry.web.fields import ChoiceField, DayField, Form, LineField, Needed, at_most


class TraceForm(Form):
    """A question, in the address line so that it can be kept and sent on."""

    class Meta(Form.Meta):
        csrf = False

    unit = LineField(later("单位工程"), [at_most(40)])
    part = LineField(later("部位"), [at_most(60)])
    on = DayField(later("施作日期"))
    cause = ChoiceField(later("成因"), choices=[(cause, CAUSES[cause]) for cause in Cause], default=Cause.UNKNOWN)


class ReportForm(Form):
    """The same question, to be printed and kept."""

    unit = LineField(later("单位工程"), [at_most(40)])
    part = LineField(later("部位"), [at_most(60)])
    on = DayField(later("施作日期"), [Needed()])
    cause = ChoiceField(later("成因"), choices=[(cause, CAUSES[cause]) for cause in Cause])
    purpose = LineField(later("用途"), [Needed(), at_most(200)])
