"""Addresses of the staff screens of photos, below /admin/photos/."""

from django.urls import path, re_path

from solidarity.moderation import decisions, editing, lists, mail_entry, views

app_name = "solidarity_photos"


def _listed(name: str, view) -> list:
    return [
        path(f"{name}/", view.as_view(), name=name),
        path(f"{name}/results/", view.as_view(results_only=True), name=f"{name}_results"),
    ]


urlpatterns = [
    path("", views.queue, name="queue"),
    *_listed("waiting", lists.WaitingPhotosView),
    *_listed("aside", lists.AsidePhotosView),
    *_listed("reported", lists.ReportedPhotosView),
    *_listed("decided", lists.DecidedPhotosView),
    path("by-mail/", mail_entry.enter, name="mail_entry"),
    path("<int:photo_id>/", views.photo, name="photo"),
    path("<int:photo_id>/approve/", decisions.approve, name="approve"),
    path("<int:photo_id>/reject/", decisions.reject, name="reject"),
    path("<int:photo_id>/set-aside/", decisions.set_aside, name="set_aside"),
    path("<int:photo_id>/undo/", decisions.undo, name="undo"),
    path("<int:photo_id>/edit/", editing.edit, name="edit"),
    path("<int:photo_id>/copies/", decisions.reject_copies, name="reject_copies"),
    path("<int:photo_id>/take-down/", decisions.take_down, name="take_down"),
    path("<int:photo_id>/keep/", decisions.keep, name="keep"),
    re_path(
        r"^(?P<photo_id>\d{1,18})/(?P<variant>wall|large)\.(?P<extension>webp)$",
        views.picture,
        name="picture",
    ),
    re_path(
        r"^(?P<photo_id>\d{1,18})/(?P<variant>original)\.(?P<extension>jpg)$",
        views.picture,
        name="picture",
    ),
]
