"""The doors of the accounts storey hang here: one's own in views, the administrators' in office."""

from flask import Blueprint

from registry.accounts.rules import EVENT_NAMES, role_name

bp = Blueprint("accounts", __name__)
bp.add_app_template_filter(role_name, "role_name")
bp.add_app_template_filter(lambda kind: str(EVENT_NAMES[kind]), "event_name")
