"""Admin, health and files outside the languages; the apps inside; Wagtail's pages last."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from campaign_site import development_mails, health, media, security_contact
from pages import share_card_views, sitemaps, styleguide
from pages import views as page_views

urlpatterns = [
    path("", page_views.first_visit),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/live", health.live, name="healthz-live"),
    path("metrics", include("watching.urls")),
    path("robots.txt", page_views.robots),
    path(".well-known/security.txt", security_contact.security_txt),
    path("sitemap.xml", sitemaps.sitemap),
    path("admin/", include("staff.urls")),
    path("django-admin/", include("staff.elsewhere_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/<path:path>", media.serve),
    path("photos/", include("solidarity.photo_urls")),
    path("embed/", include("solidarity.embed_urls")),
    path("share-cards/<str:name>", share_card_views.share_card),
]

if settings.IS_DEVELOPMENT_SITE:
    urlpatterns += [
        path("dev/mails/", development_mails.mail_list, name="development-mails"),
        path("dev/mails/<str:name>/", development_mails.mail_detail, name="development-mail"),
        path("dev/mails/<str:name>/html", development_mails.mail_html, name="development-html"),
        path(
            "dev/mails/<str:name>/<int:number>",
            development_mails.mail_attachment,
            name="development-attachment",
        ),
    ]

    urlpatterns += i18n_patterns(
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/form/", styleguide.styleguide_form, name="styleguide-form"),
    )

urlpatterns += i18n_patterns(
    path("solidarity/", include("solidarity.urls")),
    path("events/", include("events.urls")),
    path("donations/", include("donations.urls")),
    path("my-solidarity/", include("supporters.urls")),
    path("newsletter/", include("supporters.newsletter_urls")),
    path("", include("pages.urls")),
)

handler400 = "campaign_site.errors.bad_request"
handler403 = "campaign_site.errors.permission_denied"
handler404 = "pages.views.page_not_found"
handler500 = "campaign_site.errors.server_error"
