"""The base of every public form: form key, honeypot, door, text that cannot hide anything."""

import re
import unicodedata
import uuid
from typing import ClassVar, Protocol

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core import signing
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from campaign_site import idempotency

FORM_KEY_LIFETIME_SECONDS = 24 * 3600
# What a form carries beside what somebody typed.
OUTSIDE_CONTENT = frozenset({"form_key", "website", "source"})
# The tags of links (``supporters.models.SourceTag``).
_TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
# Characters that change how neighbouring text is shown or that show nothing at all.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Joiners are letters of some scripts and parts of some emoji.
_JOINERS = {"\u200c", "\u200d"}


def new_form_key(purpose: str) -> str:
    """Return a signed random key; it says which form it belongs to and when it was given out."""
    return signing.dumps(uuid.uuid4().hex, salt=f"form-key:{purpose}")


def read_form_key(purpose: str, token: str) -> uuid.UUID | None:
    """Return the key in ``token``, or None when it is damaged, another form's, or a day old."""
    try:
        key = signing.loads(token, salt=f"form-key:{purpose}", max_age=FORM_KEY_LIFETIME_SECONDS)
        return uuid.UUID(hex=key)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def is_younger(token: str, *, salt: str, seconds: int) -> bool:
    """Whether a good ``token`` signed with ``salt`` was made less than ``seconds`` ago.

    Its stamp holds whole seconds; the visitor gets the benefit of the fraction.
    """
    try:
        signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature:
        return False
    return seconds > 0


def is_fresh_form_key(purpose: str, token: str) -> bool:
    """Whether a form came back sooner than people fill one in (FORM_MINIMUM_SECONDS)."""
    seconds = settings.FORM_MINIMUM_SECONDS
    return is_younger(token, salt=f"form-key:{purpose}", seconds=seconds)


def visible_text(text: str, *, keep_lines: bool = False) -> str:
    """Return ``text`` in NFC without invisible and direction-changing characters.

    Runs of white space become one space; with ``keep_lines``, line ends stay. At most four
    combining marks follow a letter, so that no one draws over the neighbours.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category.startswith("Z") or character in "\t\n\r":
            kept.append("\n" if keep_lines and character == "\n" else " ")
            continue
        if category in _INVISIBLE and character not in _JOINERS:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= 4:
            kept.append(character)
    lines = "".join(kept).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip(" \n\u200c\u200d")


class LineField(forms.CharField):
    """One line of visible text."""

    def to_python(self, value):
        return visible_text(super().to_python(value) or "")


class LinesField(forms.CharField):
    """Several lines of visible text."""

    widget = forms.Textarea

    def to_python(self, value):
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        return visible_text(text, keep_lines=True)


class AddressField(forms.CharField):
    """A mail address of at most 254 characters, its domain in lower case.

    Look-alikes of ASCII letters that Unicode calls compatible become those letters (NFKC): people
    are found by that form, so whoever types a variant first must not decide where mails go.
    """

    widget = forms.EmailInput
    default_error_messages: ClassVar = {"required": _("Type your email address.")}
    default_validators = [
        EmailValidator(_("This is not a complete email address. Example: name@example.org."))
    ]

    def __init__(self, **kwargs):
        super().__init__(max_length=254, **kwargs)
        self.widget.attrs.update({"autocomplete": "email", "spellcheck": "false"})

    def to_python(self, value):
        address = unicodedata.normalize("NFKC", visible_text(super().to_python(value) or ""))
        local, at, domain = address.rpartition("@")
        return f"{local}{at}{domain.lower()}"


class SourceField(forms.CharField):
    """The tag of a link, unseen. Whatever cannot be one is dropped and never an error."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def clean(self, value) -> str:
        return value if isinstance(value, str) and _TAG.fullmatch(value) else ""


class Door(Protocol):
    """What decides whether a form is let in just now; ``supporters.door`` makes one a request."""

    is_flooded: bool

    def refusal(self, form: "PublicForm") -> str:
        """Return the sentence with which ``form`` is sent back, or nothing when it is let in."""

    def offer(self, form: "PublicForm") -> object | None:
        """Return what the page needs to get ``form`` let in, or None when it needs nothing."""


class PublicForm(forms.Form):
    """A form that anyone may send, once.

    ``form_name`` is the form's name in the page (``data-form``); ``subject`` tells apart the
    things the same form serves (a call, an event), so that a key cannot be carried over. ``door``
    is the request's, given by ``supporters.door.guarded``. A form that ``takes_source`` carries
    the tag of the link that people came by (``came_by``) unseen; it is no part of its content.
    After ``is_valid()``: ``form_key`` (UUID) and ``content_digest`` for ``first_result``.
    """

    form_name = ""
    takes_source = False
    required_css_class = "is-required"

    form_key = forms.CharField(widget=forms.HiddenInput, required=False)
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data=None,
        files=None,
        *,
        subject: str = "",
        language: str = "",
        door: Door | None = None,
        came_by: str = "",
        **kwargs,
    ):
        self.purpose = f"{self.form_name}:{subject}"
        self.language = language
        self.door = door
        self.is_let_in = door is None
        super().__init__(data.copy() if data is not None else None, files, **kwargs)
        self.fields["form_key"].initial = new_form_key(self.purpose)
        if self.takes_source:
            self.fields["source"] = SourceField(initial=SourceField().clean(came_by))
        self.key: uuid.UUID | None = None

    @property
    def helper(self) -> FormHelper:
        """The form's fields without a form tag; the page around them draws that."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    @property
    def content_digest(self) -> str:
        """A digest of what was typed; two posts with one key must agree on it."""
        content = {
            name: value for name, value in self.cleaned_data.items() if name not in OUTSIDE_CONTENT
        }
        return idempotency.digest(content)

    @property
    def door_offer(self) -> object | None:
        """What the page around the form shows to get it let in; None when it needs nothing."""
        return self.door.offer(self) if self.door else None

    @property
    def spares_work(self) -> bool:
        """Whether costly fields are better left alone: a flood, and this form was not let in."""
        return bool(self.door and self.door.is_flooded and not self.is_let_in)

    def key_in_page(self) -> uuid.UUID | None:
        """Return the key that the form carries when it is drawn."""
        return read_form_key(self.purpose, self["form_key"].value() or "")

    def clean_form_key(self):
        """Read the key and ask the door, before any other field costs work."""
        token = self.cleaned_data["form_key"]
        self.key = read_form_key(self.purpose, token)
        if self.door:
            sentence = self.door.refusal(self)
            if sentence:
                raise forms.ValidationError(sentence, code="door")
            self.is_let_in = True
        return token

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise forms.ValidationError(
                _("This field is a trap for robots. Empty it and send the form again.")
            )
        return ""

    def clean(self):
        cleaned = super().clean()
        if self.key is None:
            # Typed text stays; the fresh key makes the next sending count.
            self.data["form_key"] = new_form_key(self.purpose)
            if not self.has_error("form_key", "door"):
                self.add_error(
                    None,
                    _(
                        "This form had been open for too long. Nothing is lost: please send it "
                        "again."
                    ),
                )
        return cleaned
