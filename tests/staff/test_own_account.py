"""The screen of one's own account, and passwords refused in the reader's language."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from wagtail.users.models import UserProfile

from tests.factories import make_staff

pytestmark = pytest.mark.django_db

PATH = "/admin/account/"


def test_who_has_one_name_changes_it_and_the_language(client):
    # As an invitation leaves it: the whole name in one field.
    member = make_staff("Treasurers")
    member.first_name, member.last_name = "Jan Peeters", ""
    member.save()
    client.force_login(member)
    assert "Jan Peeters" in client.get(PATH).text

    answer = client.post(
        PATH,
        {
            "name_email-name": "Jan De Smet",
            "locale-preferred_language": "nl",
            "theme-theme": "dark",
            "theme-contrast": "system",
            "theme-density": "default",
        },
    )

    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.get_full_name() == "Jan De Smet"
    profile = UserProfile.objects.get(user=member)
    assert (profile.preferred_language, profile.theme) == ("nl", "dark")
    assert "uitloggen" in client.get(PATH).text.lower()


def test_name_is_needed_and_nobody_else_gets_in(client):
    assert client.get(PATH).status_code == 302
    member = make_staff("Treasurers")
    client.force_login(member)

    answer = client.post(PATH, {"name_email-name": " ", "locale-preferred_language": "nl"})

    assert answer.status_code == 200
    assert "This field is required" in answer.text
    assert not UserProfile.objects.filter(user=member, preferred_language="nl").exists()


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("password", ["short", "password123", "jan.peeters@example.org"])
def test_refused_password_is_told_in_the_house_language(language, password):
    member = make_staff("Moderators")
    member.email = "jan.peeters@example.org"

    def refusal() -> list[str]:
        with pytest.raises(ValidationError) as caught:
            validate_password(password, member)
        return caught.value.messages

    with translation.override("en"):
        english = refusal()
    with translation.override(language):
        assert not set(refusal()) & set(english)
