import uuid

import pytest
from django.core import signing

from campaign_site.links import BadLink, make_token, read_token


def test_token_leads_back_to_its_id_and_version():
    number = uuid.uuid4()

    assert read_token("photo", make_token("photo", number, 3)) == (number, 3)


def test_token_of_another_purpose_is_refused():
    token = make_token("photo", uuid.uuid4())

    with pytest.raises(BadLink):
        read_token("pledge", token)


def test_every_flipped_character_is_refused():
    token = make_token("photo", uuid.uuid4())

    for place, character in enumerate(token):
        flipped = token[:place] + ("a" if character != "a" else "b") + token[place + 1 :]
        with pytest.raises(BadLink):
            read_token("photo", flipped)


def test_token_of_an_earlier_key_stays_good_while_that_key_is_a_fallback(settings):
    number = uuid.uuid4()
    token = make_token("photo", number)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "x" * 60

    assert read_token("photo", token) == (number, 1)

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadLink):
        read_token("photo", token)


def test_signed_nonsense_is_refused():
    token = signing.Signer(salt="standing-link:photo", sep=".").sign("no-uuid")

    with pytest.raises(BadLink):
        read_token("photo", token)
