"""The site itself: home page, pages of text, menus and the index of the search."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from wagtail.models import Locale, Page, Site

from pages.models import ArticleIndexPage, CampaignPage, HomePage, SiteWords, StandardPage
from pages.seeding.blocks import build_body
from pages.seeding.loading import TRANSLATIONS, home_page, publish, read_content
from pages.translation import Words, translate


def ensure_locales() -> None:
    for code, _ in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def index_again() -> None:
    """Index pages that an older version of the site indexed, before languages were told apart."""
    call_command("update_index", verbosity=0)


def load_home() -> None:
    """Replace Wagtail's welcome page by the home page in three languages."""
    content = read_content("site")["home"]
    words = Words()
    root = Page.get_first_root_node()
    Site.objects.all().delete()
    for page in root.get_children():
        page.delete()
    root.refresh_from_db()
    home = root.add_child(
        instance=HomePage(
            title=words(content["title"]),
            slug="home",
            hero_kicker=words(content["hero_kicker"]),
            hero_title=words(content["hero_title"]),
            lead=words(content["lead"]),
            campaigns_heading=words(content["campaigns_heading"]),
            events_heading=words(content["events_heading"]),
            articles_heading=words(content["articles_heading"]),
            past_heading=words(content["past_heading"]),
            locale=Locale.get_default(),
        )
    )
    home.save_revision().publish()
    address = urlsplit(settings.SITE_URL)
    Site.objects.create(
        hostname=address.hostname,
        port=address.port or (443 if address.scheme == "https" else 80),
        root_page=home,
        is_default_site=True,
        site_name=settings.WAGTAIL_SITE_NAME,
    )
    for language in TRANSLATIONS:
        translate(home, words, language, slug=f"home-{language}")


def load_standard_pages() -> None:
    load_texts("site")


def load_contact() -> None:
    """The page that says whom to write to."""
    load_texts("contact")


def load_texts(name: str) -> None:
    """Publish the pages of text of a file of content."""
    for entry in read_content(name)["standard"]:
        words = Words()
        page = StandardPage(
            title=words(entry["title"]),
            lead=words(entry["lead"]),
            body=build_body(entry["body"], words, {}),
        )
        publish(home_page(), page, words, entry["slug"])


def load_menus() -> None:
    """The words around every page and the two menus, in three languages."""
    content = read_content("site")["words"]
    words = Words()
    campaigns = CampaignPage.objects.child_of(home_page()).order_by("path")
    running = campaigns.filter(state=CampaignPage.State.RUNNING)
    articles = ArticleIndexPage.objects.child_of(home_page())
    texts = StandardPage.objects.child_of(home_page()).order_by("path")
    snippet = SiteWords.objects.create(
        tagline=words(content["tagline"]),
        mission=words(content["mission"]),
        footer_slogan=words(content["footer_slogan"]),
        menu=[
            *(("item", {"page": page, "label": words(_names_of(page))}) for page in running),
            *(("item", {"page": page, "label": ""}) for page in articles),
            *(("item", {"page": page, "label": ""}) for page in texts[:1]),
        ],
        footer_menu=[("item", {"page": page, "label": ""}) for page in texts],
        locale=Locale.get_default(),
    )
    for language in TRANSLATIONS:
        translate(snippet, words, language)


def _names_of(page: CampaignPage) -> dict[str, str]:
    """The campaign's name in each language, as its translations have it."""
    translations = CampaignPage.objects.filter(translation_key=page.translation_key)
    return dict(translations.values_list("locale__language_code", "name"))
