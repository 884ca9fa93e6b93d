import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_without_a_database_a_page_in_the_right_language(client, monkeypatch, language):
    client.raise_request_exception = False
    assert client.get(f"/{language}/").status_code == 200
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    response = client.get(f"/{language}/")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert f'<html lang="{language}"' in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://x.y"}])
def test_post_from_another_site_is_refused_with_a_page(client, headers):
    response = client.post("/fr/my-solidarity/", {"email": "a@example.org"}, headers=headers)

    assert response.status_code == 403
    assert '<html lang="fr"' in response.content.decode()


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}],
)
def test_post_from_our_own_pages_or_an_old_browser_is_taken(client, headers):
    response = client.post("/fr/my-solidarity/", {"email": "a@example.org"}, headers=headers)

    assert response.status_code == 200  # the form comes back: it had no key


def test_token_pages_give_one_neutral_answer(client):
    bodies = {
        client.get(f"/en/my-solidarity/open/{token}/").content
        for token in ("a" * 43, "b" * 10, "unknown")
    }

    assert len(bodies) == 1
