"""Pages, last of all addresses. The names are Wagtail's, which builds page addresses from them."""

from django.urls import path, re_path
from wagtail import urls as wagtail_urls

from pages import event_feeds, feeds, search_views, views

# Addresses outside the languages: a missing one there must not be looked for among the pages.
_NO_PAGES = "admin|dev|documents|healthz|media|photos|share-cards|static"

urlpatterns = [
    path("search/", search_views.search, name="search"),
    path("feed/", feeds.news, name="feed"),
    # Below the addresses of events, but it knows pages.
    path("events/of/<str:slug>/calendar.ics", event_feeds.campaign_feed, name="campaign-calendar"),
    *(pattern for pattern in wagtail_urls.urlpatterns if pattern.name != "wagtail_serve"),
    re_path(rf"^(?!(?:{_NO_PAGES})/)((?:[\w\-]+/)*)$", views.serve, name="wagtail_serve"),
]
