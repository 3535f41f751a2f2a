"""Whether what is asked for can be met at all, told before a network is asked: by the checks that the engines make themselves."""

from studio.app.arranging import checked
from studio.app.arranging_clips import check_clips, is_for_clips
from studio.app.changes import Change
from studio.app.changing import request_of
from studio.app.form_plan import check as check_form
from studio.app.form_plan import places_of
from studio.app.generating import Order
from studio.app.generating import request_of as request_of_order
from studio.engines.arranger_take import check_holes
from studio.engines.lstm_writer_setting import setting_of
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.form import Form


def check(asked: Order | Change, document: Document) -> None:
    """Raises StudioError where ``asked`` cannot be met in ``document``; without the models, so that their own reasons stay out."""
    if isinstance(asked, Order):
        request = request_of_order(asked, document)
        setting_of(request)
        if asked.form:
            check_form(request, places_of(Form.parse(asked.form), request.start, request.context.meter))
        return
    change = checked(asked, document)
    if is_for_clips(change, document):
        check_clips(change, document)
    else:
        check_holes(request_of(change, document))


def refused(asked: Order | Change, document: Document) -> StudioError | None:
    """Why ``asked`` cannot be met; None where it can."""
    try:
        check(asked, document)
    except StudioError as error:
        return error
    return None
