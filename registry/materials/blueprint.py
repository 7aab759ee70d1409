"""The doors of materials hang here: the site's in views, components in component_doors, recalls in recall_doors."""

from flask import Blueprint

from registry.materials.component_queries import STAGE_WORDS, STEP_WORDS
from registry.materials.forms import TARGETS
from registry.materials.rules import PAPERS, STATES

bp = Blueprint("materials", __name__)
bp.add_app_template_filter(lambda paper: str(PAPERS[paper]), "paper_words")
bp.add_app_template_filter(lambda key: str(STATES[key]), "hold_words")
bp.add_app_template_filter(lambda target: str(dict(TARGETS)[target]), "recall_target_words")
bp.add_app_template_filter(lambda step: str(STEP_WORDS[step]), "component_step_words")
bp.add_app_template_filter(lambda stage: str(STAGE_WORDS[stage]), "component_stage_words")
