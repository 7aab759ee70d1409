"""The blueprint both rooms of doors belong to."""

from flask import Blueprint

bp = Blueprint("archives", __name__)
