"""The form that asks for news by mail and for nothing else."""

from django.utils.translation import gettext_lazy as _

from campaign_site.forms import AddressField
from supporters.wordings_forms import ConsentingForm


class NewsletterForm(ConsentingForm):
    """Asks for the address. The box stands here too: its words are what people agree to."""

    form_name = "newsletter"

    email = AddressField(label=_("Your email address"))

    def __init__(self, data=None, files=None, **kwargs) -> None:
        super().__init__(data, files, **kwargs)
        box = self.fields["newsletter"]
        box.required = True
        box.error_messages["required"] = _("Tick this box, so that we may write to you.")
