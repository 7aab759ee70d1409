"""The doors of the works storey hang here: lots in views, marks and samples in office, the way of a material in recall_doors."""

from flask import Blueprint

from registry.kernel.text import later
from registry.works.layout import storey_name

bp = Blueprint("works", __name__)
STATES = {
    "waiting": later("待监理验收"), "passed": later("已验收"), "failed": later("不合格"), "superseded": later("已替换"),
}
bp.add_app_template_filter(storey_name, "storey_name")
bp.add_app_template_filter(lambda state: str(STATES[state]), "mark_state")
