"""Doors to the tracing of responsibility."""

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from registry.defects import actions, queries
from registry.defects.evidence import MOST_LOTS, evidence
from registry.defects.forms import ReportForm, TraceForm
from registry.defects.telling import told
from registry.defects.words import cause_called, cause_words
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import show_document
from registry.web.pages import page, see_other

bp = Blueprint("defects", __name__)
bp.add_app_template_filter(cause_words)


@bp.get("/projects/<uuid:project_id>/trace")
@door(Permission.DEFECT_TRACE)
def trace(project_id: UUID) -> ResponseReturnValue:
    form = TraceForm(request.args)
    with reading() as uow:
        ground = queries.ground(uow, project_id, form.unit.data or "", form.part.data or "", form.on.data)
        answer, record = None, None
        if request.args.get("on") and form.validate():
            with form.blaming():
                answer = queries.answer(uow, question_of(project_id, form))
                record = told(uow, evidence(uow, answer))
        return page("defects/trace.html", form=form, ground=ground, answer=answer, record=record, most_lots=MOST_LOTS,
                    report_form=ReportForm(formdata=None))


def question_of(project_id: UUID, form: TraceForm | ReportForm) -> queries.Question:
    return queries.Question(
        project_id, form.on.day, form.unit.data or "", form.part.data or "", cause_called(form.cause.data),
    )


@bp.post("/projects/<uuid:project_id>/trace")
@door(Permission.DEFECT_TRACE)
def report(project_id: UUID) -> ResponseReturnValue:
    form = ReportForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = actions.report_trace(uow, question_of(project_id, form), form.purpose.data)
        if not form.errors:
            return see_other(".show", report_id=made.id)

    with reading() as uow:
        ground = queries.ground(uow, project_id, form.unit.data or "", form.part.data or "")
        return page("defects/report.html", form=form, ground=ground)


@bp.get("/trace-reports/<uuid:report_id>")
@door(Permission.DEFECT_TRACE)
def show(report_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.trace_report(uow, report_id))
