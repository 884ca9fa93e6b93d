"""Every screen of the staff, from the URL configuration, opened in one tab and measured.

``tests/staff/admin_urls.py`` lists the addresses and ``tests/staff/rows.py`` makes what stands
behind them: a new address is looked at as soon as it is there. The doors, which show something
else to those who are not in, are listed here by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered
from playwright.sync_api import BrowserContext, Page
from wagtail.users.models import UserProfile

from tests.browser.viewer import AXE, CHECKS, RULES, RUN_AXE
from tests.factories import make_staff
from tests.staff.admin_urls import Address
from tests.staff.authenticator import (
    SECRET,
    code_of,
    give_code,
    give_password,
    with_app,
    with_password,
)

_APPS = ("staff", "newsroom", "pages", "supporters", "solidarity", "events", "donations")
# Screens of Wagtail's views in which templates of ours stand.
_OURS_TOO = {
    "",
    "appeal/edit/<int:pk>/",
    "reward/new/",
}
HEIGHT = 900
WIDE, NARROW = 1280, 360  # CSS pixels
# Wagtail's own skip link and messages stand outside its landmarks: best practice, no criterion.
_OF_WAGTAIL = {"region"}
# Its side panel waits beyond the edge; in the main part, Wagtail cuts off what does not fit.
_LOST = """() => {
  const root = document.documentElement, main = document.querySelector("main");
  if (root.scrollWidth > root.clientWidth) return [`page: ${root.scrollWidth}`];
  if (!main || main.querySelector(".form-side")) return [];
  const lost = getComputedStyle(main).overflowX === "hidden" || innerWidth > 800;
  return lost && main.scrollWidth > main.clientWidth ? [`main: ${main.scrollWidth}`] : [];
}"""
_HEADINGS = """() => [...document.querySelectorAll("h1")].filter(
  heading => heading.checkVisibility()).length"""


def is_ours(address: Address) -> bool:
    """Whether a view or a template of ours makes the screen at this address."""
    view = address.callback
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    module = getattr(view, "view_class", view).__module__
    return module.partition(".")[0] in _APPS or address.route in _OURS_TOO


def shows_words(client: Client, address: Address) -> bool:
    """Whether whoever opens the address is shown words, and no file and no way on."""
    answer = client.get(address.path)
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    # A mail is shown in a frame of its own, in which nothing may run: neither may axe.
    is_mail = "sandbox" in answer.headers.get("Content-Security-Policy", "")
    return is_html and answer.status_code == 200 and not is_mail


def staff_templates() -> set[str]:
    """Every template that only the staff sees, by the name it is loaded with."""
    root = Path(settings.BASE_DIR, "templates")
    names = {path.relative_to(root).as_posix() for path in root.rglob("*.html")}
    folders = ("/admin/", "/hosting/")
    ours = {name for name in names if any(folder in name for folder in folders)}
    return ours | {name for name in names if name.startswith(("newsroom/", "staff/", "wagtail"))}


@contextmanager
def templates_used() -> Iterator[set[str]]:
    """Collect the names of the templates that the site draws with."""
    names: set[str] = set()

    def note(sender, template, **_kwargs) -> None:
        names.add(template.name)

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)


def administrator(language: str) -> Client:
    """Somebody who is wholly logged in, and whose admin is in ``language``."""
    user = with_password(make_staff("Administrators", f"administrator-{language}"))
    UserProfile.objects.create(user=user, preferred_language=language, theme="light")
    with_app(user)
    client = Client()
    give_password(client, user)
    response = give_code(client, code_of(SECRET))
    assert response.status_code == 302, response.content.decode()
    return client


def newcomer(name: str, *, has_app: bool = False) -> Client:
    """Somebody whose password is right and who has given nothing else."""
    user = with_password(make_staff("Moderators", name))
    if has_app:
        with_app(user)
    client = Client()
    give_password(client, user)
    return client


class Tab:
    """One tab of a browser in which screens are opened one after the other."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.add_init_script(path=AXE)
        context.add_init_script(path=CHECKS)
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        # The editor of pages asks before it is left.
        self.page.on("dialog", lambda dialog: dialog.accept())

    def become(self, client: Client | None) -> None:
        """Go on as whoever is logged in there; as a stranger without one."""
        self.context.clear_cookies()
        if client is not None:
            cookie = client.cookies["sessionid"].value
            self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.address}])

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def open(self, path: str) -> bool:
        """Open a screen; False for a fragment, which has no title: a script puts it elsewhere."""
        self.page.goto(path, wait_until="load")
        return self.page.title() != ""

    def axe(self) -> list[str]:
        found = self.page.evaluate(RUN_AXE, RULES)["violations"]
        kept = (item for item in found if item["rule"] not in _OF_WAGTAIL)
        return [f"{item['rule']} {item['html']}: {item['why']}" for item in kept]

    def bones(self) -> list[str]:
        """One heading for the whole, and nothing beyond the edge."""
        number = self.page.evaluate(_HEADINGS)
        wrong = [] if number == 1 else [f"{number} headings of the first level"]
        return wrong + self.narrow()

    def narrow(self) -> list[str]:
        """Nothing stands where nobody gets to it."""
        return [f"{one} pixels" for one in self.page.evaluate(_LOST)]
