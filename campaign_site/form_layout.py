"""Parts of a form's layout that crispy-forms lacks; their templates are in campaign/layout."""

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.functional import Promise


class Folded(Div):
    """Fields that few people need, behind a line of words; open when they hold something."""

    template = "campaign/layout/folded.html"

    def __init__(self, summary: str | Promise, *fields: str | HTML, **kwargs: object) -> None:
        super().__init__(*fields, **kwargs)
        self.summary = summary
        self.is_open = False

    def render(self, form: forms.Form, *args: object, **kwargs: object) -> str:
        names = [pointer.name for pointer in self.get_field_names()]
        self.is_open = any(form[name].errors or form[name].value() for name in names)
        return super().render(form, *args, **kwargs)
