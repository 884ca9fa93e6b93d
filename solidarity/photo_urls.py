"""Pictures of the wall, outside the languages."""

from django.urls import re_path

from solidarity import views

urlpatterns = [
    re_path(
        r"^(?P<file_name>[0-9a-f]{32})/(?P<variant>wall|large)\.webp$",
        views.photo_file,
        name="photo-file",
    ),
]
