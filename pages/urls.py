"""Pages, last of all addresses. The names are Wagtail's, which builds page addresses from them."""

from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls

from pages import views

urlpatterns = [
    re_path(r"^((?:[\w\-]+/)*)$", views.serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
