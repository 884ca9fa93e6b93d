"""What the admin's first page says to somebody who is logged in."""

from bs4 import BeautifulSoup
from django.test import Client


def home_of(client: Client) -> BeautifulSoup:
    response = client.get("/admin/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def waiting_for(client: Client) -> dict[str, str]:
    """Return what waits, in the order of the page: key → number, words and note."""
    cards = home_of(client).select("[data-to-do]")
    return {card["data-to-do"]: " ".join(card.get_text(" ").split()) for card in cards}


def done_for(client: Client) -> list[str]:
    """Return the keys of what is told as done."""
    return [entry["data-done"] for entry in home_of(client).select("[data-done]")]
