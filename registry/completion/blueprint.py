"""The doors of completion hang here: the parties' in views, the station's in office."""

from flask import Blueprint

from registry.completion.rules import MOMENT_WORDS, STATE_WORDS

bp = Blueprint("completion", __name__)
bp.add_app_template_filter(lambda state: str(STATE_WORDS[state]), "gate_state")
bp.add_app_template_filter(lambda moment: str(MOMENT_WORDS[moment]), "moment_name")
