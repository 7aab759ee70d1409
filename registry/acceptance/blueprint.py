"""The doors of acceptance hang here: lots, nodes and concealed work in views, signing together in office."""

from flask import Blueprint

from registry.acceptance.points import is_refused, limits_said
from registry.acceptance.reviewing import TABLE_NAMES
from registry.acceptance.rules import COVER_NAMES, STATE_NAMES, TREATMENTS, VERDICT_NAMES
from registry.acceptance.sheets import field_of

bp = Blueprint("acceptance", __name__)
WORDS = {
    "state_names": STATE_NAMES, "verdict_names": VERDICT_NAMES, "cover_names": COVER_NAMES, "treatments": TREATMENTS,
    "limits_said": limits_said, "field_of": field_of, "is_refused": is_refused, "table_names": TABLE_NAMES,
}
