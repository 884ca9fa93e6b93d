"""Which posts a browser may make: those of our own pages."""

import pytest

from campaign_site.forms import new_form_key

pytestmark = pytest.mark.django_db


def ask(client, origin: str):
    data = {"email": "sam@example.org", "form_key": new_form_key("my-solidarity:"), "website": ""}
    return client.post("/en/my-solidarity/", data, headers={"origin": origin})


def test_own_origin_is_let_through(client):
    assert ask(client, "http://testserver").status_code == 302


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://testserver",
        "http://testserver.evil.example",
        "http://testserver@evil.example",
        "http://[",
        "http://",
        "",
    ],
)
def test_any_other_origin_is_refused_however_it_is_written(client, origin):
    response = ask(client, origin)

    assert response.status_code == 403
    assert "came from another site" in response.content.decode()
