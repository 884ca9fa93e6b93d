"""Forms of staff with the same fields in each language, which a template shows side by side."""

import re
from typing import ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

LANGUAGES = dict(settings.LANGUAGES)


class InLanguagesForm(forms.Form):
    """A form with the same fields in each language: ``<field>_<language>``."""

    per_language: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return code, name and fields of each language."""
        return [
            (code, name, [self[f"{field}_{code}"] for field in self.per_language])
            for code, name in LANGUAGES.items()
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        in_columns = {field.name for _code, _name, fields in self.columns for field in fields}
        return [field for field in self.visible_fields() if field.name not in in_columns]


def subject_field(code: str, *, most: int, is_required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=_("Subject"),
        max_length=most,
        required=is_required,
        widget=forms.TextInput(attrs={"lang": code}),
    )


def text_field(
    code: str, *, label, most: int, rows: int, is_required: bool = False
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=is_required,
        widget=forms.Textarea(attrs={"rows": rows, "lang": code}),
    )


def plain_line(text: str) -> str:
    """Return ``text`` on one line. Spaces that keep a French colon at its word stay."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()


def plain_text(text: str) -> str:
    """Return ``text`` with plain line ends and nothing around it."""
    return text.replace("\r\n", "\n").strip()
