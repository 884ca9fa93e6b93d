"""Pictures of the wall, outside the languages; on a host of their own where one is set."""

from django.urls import re_path

from solidarity import wall_views

urlpatterns = [
    re_path(
        r"^(?P<file_name>[0-9a-f]{32})/(?P<variant>wall2?|large)\.(?P<extension>webp)$",
        wall_views.photo_file,
        name="photo-file",
    ),
    re_path(
        r"^(?P<file_name>[0-9a-f]{32})/(?P<variant>wall2?)\.(?P<extension>avif)$",
        wall_views.photo_file,
        name="photo-file",
    ),
]
