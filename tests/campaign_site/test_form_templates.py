"""The form markup that every public form shares: templates/campaign and public_form.html."""

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template.loader import render_to_string

from campaign_site.forms import AddressField, LineField, PublicForm


class TryForm(PublicForm):
    form_name = "try"

    name = LineField(label="Your name", help_text="A first name is enough.")
    email = AddressField(label="Your email address", required=False)
    agreed = forms.BooleanField(label="I agree")
    size = forms.ChoiceField(
        label="Size", choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect
    )


def drawn(form, **extra):
    values = {"form": form, "form_name": "try", "submit_label": "Send", **extra}
    html = render_to_string("components/public_form.html", values)
    return BeautifulSoup(html, "html.parser").form


def text_of(root, identifier):
    return root.find(id=identifier).get_text(strip=True)


def test_form_goes_to_its_own_address_and_carries_no_token():
    form = drawn(TryForm(), action="/en/try/", enctype=1)

    assert form["action"] == "/en/try/"
    assert form["method"] == "post"
    assert form["enctype"] == "multipart/form-data"
    assert form["data-form"] == "try"
    assert form.has_attr("novalidate")
    assert not form.select("[name=csrfmiddlewaretoken]")
    assert form.select_one("[name=form_key][type=hidden]")["value"]


def test_each_field_has_its_label_and_its_help():
    form = drawn(TryForm())

    for name in ("name", "email", "agreed"):
        assert len(form.select(f"label[for=id_{name}]")) == 1
    assert form.find(id="id_name")["aria-describedby"] == "id_name_helptext"
    assert text_of(form, "id_name_helptext") == "A first name is enough."
    assert form.find(id="id_size").name == "fieldset"
    assert "optional" in form.select_one("label[for=id_email]").get_text()
    assert "optional" not in form.select_one("label[for=id_name]").get_text()


def test_the_trap_is_out_of_reach_of_people():
    trap = drawn(TryForm()).select_one("[name=website]")

    assert trap.parent["aria-hidden"] == "true"
    assert trap["tabindex"] == "-1"
    assert trap["autocomplete"] == "off"


def test_a_filled_trap_is_shown_with_its_error():
    form = drawn(TryForm({"website": "https://example.org"}))

    assert not form.select("[aria-hidden] [name=website]")
    assert form.find(id="id_website_error")


def test_errors_are_summed_up_first_and_tied_to_their_fields():
    form = drawn(TryForm({"email": "nobody", "name": "Lotte"}))
    summary = form.find(True)

    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    targets = [link["href"] for link in summary.select("a")]
    assert targets == ["#id_email", "#id_agreed", "#id_size"]
    assert all(form.select(target) for target in targets)
    email = form.find(id="id_email")
    assert email["aria-invalid"] == "true"
    assert email["value"] == "nobody"
    assert text_of(form, email["aria-describedby"]) == (
        "This is not a complete email address. Example: name@example.org."
    )
    assert form.find(id="id_name")["value"] == "Lotte"


def test_a_fresh_form_has_no_summary():
    assert not drawn(TryForm()).select("[role=alert]")


@pytest.mark.parametrize(("name", "has_preview"), [("photo", True), ("try", False)])
def test_only_the_photo_form_has_a_preview(name, has_preview):
    form = drawn(TryForm(), form_name=name)

    assert bool(form.select("figure[data-preview][hidden]")) is has_preview
