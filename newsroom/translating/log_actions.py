"""What the log says of those who translate and of those who publish in several languages."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

TAKE_OVER = "newsroom.take_over_change"
TAKE_IN = "newsroom.take_in_hand_work"
MARK = "newsroom.mark_to_proofread"
PROOFREAD = "newsroom.proofread"
ASSIGN = "newsroom.assign_translation"
IMPORT = "newsroom.import_translation"
EXPORT = "newsroom.export_translation"
PLAN = "newsroom.plan_publication"
CALL_OFF = "newsroom.call_off_publication"
REFUSE = "newsroom.refuse_publication"


@hooks.register("register_log_actions")
def name_translating_actions(actions) -> None:
    named = [
        (TAKE_OVER, _("Take a change over"), _("Change given to the translators")),
        (TAKE_IN, _("Take in what was written by hand"), _("Words of the page taken in")),
        (MARK, _("Mark to proofread"), _("Marked as to be proofread")),
        (PROOFREAD, _("Proofread"), _("Proofread by a second person")),
        (ASSIGN, _("Say who translates"), _("Translation given to somebody")),
        (IMPORT, _("Import a translation"), _("Translation imported from a PO file")),
        (EXPORT, _("Export a translation"), _("Translation exported as a PO file")),
        (PLAN, _("Publish in several languages"), _("Publication in several languages planned")),
        (CALL_OFF, _("Call a publication off"), _("Publication in several languages called off")),
        (REFUSE, _("Refuse a publication"), _("Publication in several languages not done")),
    ]
    for name, label, message in named:
        actions.register_action(name, label, message)
