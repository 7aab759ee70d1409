"""The doors of the accounts storey hang here: one's own in views, the administrators' in office."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
