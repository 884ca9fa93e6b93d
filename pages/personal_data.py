"""Pages hold what editors publish; about people they hold who uploaded a picture."""

from django.db.models import QuerySet

from pages.images import EditorialImage
from supporters.register import Entry, PersonalField, add


def _uploaded_by(email: str) -> QuerySet:
    return EditorialImage.objects.filter(uploaded_by_user__email__iexact=email).order_by("pk")


_IMAGES = (
    Entry(
        "pages.editorialimage",
        personal=(
            PersonalField(
                "uploaded_by_user", "to ask who has the rights", ("pages.add_sitewords",)
            ),
        ),
        impersonal=(
            "id",
            "collection",
            "title",
            "file",
            "description",
            "width",
            "height",
            "created_at",
            "focal_point_x",
            "focal_point_y",
            "focal_point_width",
            "focal_point_height",
            "file_size",
            "file_hash",
            "tags",
            "tone",
        ),
        kept_else="as long as the picture",
        concerning=_uploaded_by,
    ),
    Entry(
        "pages.editorialrendition",
        impersonal=("id", "filter_spec", "file", "width", "height", "focal_point_key", "image"),
    ),
)
_STORY = ("page_ptr", "lead", "strapline", "mood", "theme", "other_names", "body")
_PAGES = (
    Entry(
        "pages.homepage",
        impersonal=(
            "page_ptr",
            "lead",
            "hero_kicker",
            "hero_title",
            "campaigns_heading",
            "events_heading",
            "articles_heading",
            "past_heading",
        ),
    ),
    Entry("pages.campaignpage", impersonal=(*_STORY, "name", "hashtag", "state", "ended_on")),
    Entry("pages.photocallpage", impersonal=("page_ptr", "lead", "body", "photo_call")),
    Entry("pages.wallpage", impersonal=("page_ptr", "lead", "empty_text", "photo_call")),
    Entry("pages.eventpage", impersonal=("page_ptr", "lead", "body", "event")),
    Entry("pages.appealpage", impersonal=(*_STORY, "appeal")),
    Entry("pages.articleindexpage", impersonal=("page_ptr", "lead", "empty_text")),
    Entry(
        "pages.articlepage",
        impersonal=("page_ptr", "lead", "published_on", "author", "theme", "body"),
    ),
    Entry("pages.standardpage", impersonal=("page_ptr", "lead", "body")),
    Entry("pages.theme", impersonal=("id", "slug", "name_en", "name_fr", "name_nl")),
    Entry(
        "pages.sitewords",
        impersonal=(
            "id",
            "translation_key",
            "locale",
            "tagline",
            "mission",
            "footer_slogan",
            "menu",
            "footer_menu",
        ),
    ),
    Entry("pages.organisation", impersonal=("id", "name", "account")),
    Entry("pages.loadedcontent", impersonal=("id", "key")),
)


def register_models() -> None:
    add(*_IMAGES, *_PAGES)
