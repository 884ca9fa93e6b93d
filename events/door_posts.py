"""What phones at the door send, as JSON: read into values, or refused whole."""

import json
from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from events.services.door import CODE_DIGITS, Tap

MAX_BODY_BYTES = 64 * 1024
MAX_TAPS = 200
MAX_PEOPLE = 50
_LATEST_MS = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)


class CodeForm(forms.Form):
    """The code; without one it is only asked whether the link is of use."""

    code = forms.RegexField(rf"\A[0-9]{{{CODE_DIGITS}}}\Z", required=False)


class TapForm(forms.Form):
    """One tap; ``at`` is in milliseconds since 1970, by the phone's clock, right or wrong."""

    id = forms.UUIDField()
    sign_up = forms.UUIDField(required=False)
    people = forms.IntegerField(min_value=-MAX_PEOPLE, max_value=MAX_PEOPLE)
    at = forms.IntegerField(min_value=-(2**53), max_value=2**53)

    def clean_people(self) -> int:
        if not self.cleaned_data["people"]:
            raise ValidationError("nobody")
        return self.cleaned_data["people"]

    @property
    def tap(self) -> Tap:
        return Tap(
            tap_id=self.cleaned_data["id"],
            sign_up=self.cleaned_data["sign_up"],
            people=self.cleaned_data["people"],
            at=datetime.fromtimestamp(min(max(self.cleaned_data["at"], 0), _LATEST_MS) / 1000, UTC),
        )


class TapsForm(forms.Form):
    """What was counted since the last time, and how far the phone knows what others counted."""

    ticket = forms.RegexField(r"\A[A-Za-z0-9_-]+\Z", max_length=100)
    cursor = forms.IntegerField(min_value=0, max_value=2**63 - 1)
    version = forms.RegexField(r"\A[0-9a-f]+\Z", max_length=16, required=False)
    # No JSONField: that reads a text as JSON once more, and fails on some.
    taps = forms.Field(required=False)

    def clean_taps(self) -> list[Tap]:
        # A form takes an empty list for no answer at all.
        given = self.cleaned_data["taps"] or []
        if not isinstance(given, list) or len(given) > MAX_TAPS:
            raise ValidationError("no list of taps")
        rows = [TapForm(one) for one in given if isinstance(one, dict)]
        if len(rows) != len(given) or not all(row.is_valid() for row in rows):
            raise ValidationError("no taps")
        return [row.tap for row in rows]


def read_post(request: HttpRequest, form_class: type[forms.Form]) -> dict | None:
    """Return the values of a JSON object, or None when any of it is not as it should be.

    Nothing that a form of another site can send is JSON by its media type (Fetch standard).
    """
    if request.content_type != "application/json":
        return None
    try:
        # By its stated length first: to read far too much is an error in the log.
        stated = int(request.META.get("CONTENT_LENGTH") or 0)
        if max(stated, 0) > MAX_BODY_BYTES or len(request.body) > MAX_BODY_BYTES:
            return None
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict):
        return None
    form = form_class(sent)
    return form.cleaned_data if form.is_valid() else None
