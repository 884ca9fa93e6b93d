from django.utils.translation import gettext_lazy as _

from campaign_site.forms import AddressField, PublicForm


class LinkRequestForm(PublicForm):
    """Asks for the address whose link is wanted."""

    form_name = "my-solidarity"

    email = AddressField(
        label=_("Your email address"),
        help_text=_("The address you used for your photo, your sign-up or your pledge."),
    )
