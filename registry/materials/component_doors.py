"""Doors to prefabricated components: their list, entering them, one with its steps, those that came with a batch."""

from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.materials import component_queries, papers, prefabrication
from registry.materials.blueprint import bp
from registry.materials.forms import ComponentsForm, DeliveryForm, InstallationForm, StepForm
from registry.materials.prefabrication import AT_THE_PLANT, Step
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other, window_asked

ENTERED = ",".join(f'"{step}"' for step in (*AT_THE_PLANT, Step.INSTALLED))
"""The steps entered one component at a time; a delivery is entered for all that came with a batch."""


@bp.get("/projects/<uuid:project_id>/materials/components")
@door(Permission.MATERIAL_READ)
def components(project_id: UUID) -> ResponseReturnValue:
    window, word = window_asked(50), request.args.get("q", "").strip()[:80]
    stage = request.args.get("stage", "")
    with reading() as uow:
        listed = component_queries.components(uow, project_id, word, stage, window.offset, window.size)
        return page("materials/components.html", listed=listed, word=word, stage=stage, window=window)


@bp.route("/projects/<uuid:project_id>/materials/components/new", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def enter_components(project_id: UUID) -> ResponseReturnValue:
    form = ComponentsForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = prefabrication.register_components(uow, project_id, form.pieces)
        if not form.errors:
            flash(_("已登记 {n} 个构件，可打印标签。", n=len(made)))
            return see_other(".components", project_id=project_id)
    with reading() as uow:
        project = component_queries.project_to_enter(uow, project_id)
        return page("materials/enter_components.html", form=form, project=project)


@bp.get("/components/<uuid:component_id>")
@door(Permission.MATERIAL_READ)
def show_component(component_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("materials/component.html", shown=component_queries.component(uow, component_id))


@bp.route(f"/components/<uuid:component_id>/steps/<any({ENTERED}):step>", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def record_step(component_id: UUID, step: str) -> ResponseReturnValue:
    form = InstallationForm() if step == Step.INSTALLED else StepForm()
    with reading() as uow:
        shown = component_queries.component(uow, component_id, Permission.MATERIAL_RECORD)
        if isinstance(form, InstallationForm):
            form.unit.choices = [(str(unit.id), unit.name) for unit in shown.units]
            form.item_code.choices = component_queries.items(uow)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            prefabrication.record_step(uow, component_id, form.happening(Step(step)))
        if not form.errors:
            flash(_("已登记。"))
            return see_other(".show_component", component_id=component_id)
    return page("materials/component_step.html", form=form, shown=shown, step=Step(step))


@bp.route("/batches/<uuid:batch_id>/components", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def deliver(batch_id: UUID) -> ResponseReturnValue:
    form = DeliveryForm()
    with reading() as uow:
        offered = component_queries.arriving(uow, batch_id)
        form.components.choices = list(offered.ready)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            came = prefabrication.deliver_components(uow, batch_id, form.chosen)
        if not form.errors:
            flash(_("{n} 个构件已登记进场。", n=len(came)))
            return see_other(".show", batch_id=batch_id)
    return page("materials/deliver.html", form=form, offered=offered)


@bp.get("/components/<uuid:component_id>/photos/<sha256>")
@door(Permission.MATERIAL_READ)
def component_photo(component_id: UUID, sha256: str) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(component_queries.photo(uow, component_id, sha256))


@bp.get("/components/<uuid:component_id>/label.pdf")
@door(Permission.MATERIAL_READ)
def component_label(component_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        made = papers.component_label(uow, component_id)
    return Response(made.pdf, mimetype="application/pdf", headers={
        "Content-Disposition": named("inline", made.name), "Cache-Control": "no-store",
    })


@bp.get("/projects/<uuid:project_id>/materials/components/labels.pdf")
@door(Permission.MATERIAL_READ)
def component_labels(project_id: UUID) -> ResponseReturnValue:
    """The labels of what the list shows: with the same words and stage, all pages together."""
    word, stage = request.args.get("q", "").strip()[:80], request.args.get("stage", "")
    with reading() as uow:
        made = papers.component_labels(uow, project_id, word, stage)
    return Response(made.pdf, mimetype="application/pdf", headers={
        "Content-Disposition": named("inline", made.name), "Cache-Control": "no-store",
    })
