"""Stand before a form as robots and people do: post, solve what is asked, or wait."""

import json

import altcha
from bs4 import BeautifulSoup

SIGN_UP = "/en/events/test-event/"
PLEDGE = "/en/donations/test-appeal/"
PHOTO = "/en/solidarity/test-call/"
MY_SOLIDARITY = "/en/my-solidarity/"
NEWSLETTER = "/en/newsletter/"
SIGN = "/en/solidarity/test-call/sign/"
WITHDRAWAL_CODE = "/en/solidarity/withdraw-with-code/"
# A photo that hangs at this place of the wall.
REPORTED_KEY = 7
REPORT = f"/en/solidarity/test-call/photos/{REPORTED_KEY}/report/"

TYPED = {
    SIGN_UP: {"name": "Sam", "email": "sam@example.org", "party_size": "1"},
    PLEDGE: {"name": "Sam", "email": "sam@example.org", "amount_eur": "25"},
    PHOTO: {
        "message": "You are not alone",
        "email": "sam@example.org",
        "people": "sender",
        "consent_wall": "on",
    },
    MY_SOLIDARITY: {"email": "sam@example.org"},
    NEWSLETTER: {"email": "sam@example.org"},
    SIGN: {"words": "You are not alone", "words_language": "en"},
    WITHDRAWAL_CODE: {"code": "2222-2222-2222-2222"},
    REPORT: {"kind": "wrong", "words": "Not here"},
}


def limits(**values: int) -> dict[str, dict[str, int]]:
    """Limits for every form, wide where nothing else is said."""
    wide = {"soft": 10**6, "hard": 10**6, "everybody": 10**6}
    return {"default": {**wide, **values}}


def form_in(response):
    """The public form of an answer."""
    return BeautifulSoup(response.content, "html.parser").select_one("form[data-form]")


def fields_of(response) -> dict[str, str]:
    """What the form of an answer holds, as a browser without scripts would send it."""
    form = form_in(response)
    values = {
        field["name"]: field.get("value", "")
        for field in form.select("input[name]:not([type=file], [type=checkbox], [type=radio])")
    }
    values |= {one["name"]: one["value"] for one in form.select("input[type=radio][checked]")}
    values |= {one.find_parent("select")["name"]: one["value"] for one in form.select("[selected]")}
    values |= {box["name"]: "on" for box in form.select("input[type=checkbox][checked]")}
    return values | {area["name"]: area.text.strip() for area in form.select("textarea[name]")}


def solution(response) -> str:
    """What a script sends for the challenge of an answer's form."""
    place = form_in(response).select_one("[data-proof]")
    challenge = altcha.Challenge.from_dict(json.loads(place["data-challenge"]))
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def asks(response) -> bool:
    return bool(form_in(response).select("[data-proof]"))


def fill_in(client, path: str, *, remote: str = "203.0.113.7", **fields) -> dict[str, str]:
    """Open the form and fill it in."""
    return {**fields_of(client.get(path, REMOTE_ADDR=remote)), **TYPED[path], **fields}


def post(client, path: str, data: dict, *, remote: str = "203.0.113.7", **extra):
    return client.post(path, data, REMOTE_ADDR=remote, **extra)
