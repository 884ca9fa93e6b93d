"""Puts the staff screens of photos into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, re_path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from solidarity import admin_views
from solidarity.admin_views import MODERATE, PendingPhotosSummary, PhotoCallViewSet

_PICTURE = r"^(?P<photo_id>\d{1,18})/(?P<variant>wall|large)\.webp$"


@hooks.register("register_admin_urls")
def register_photo_urls():
    decided = admin_views.DecidedPhotosView
    urls = [
        path("", admin_views.queue, name="queue"),
        path("decided/", decided.as_view(), name="decided"),
        path("decided/results/", decided.as_view(results_only=True), name="decided_results"),
        path("<int:photo_id>/", admin_views.photo, name="photo"),
        path("<int:photo_id>/approve/", admin_views.approve, name="approve"),
        path("<int:photo_id>/reject/", admin_views.reject, name="reject"),
        path("<int:photo_id>/undo/", admin_views.undo, name="undo"),
        re_path(_PICTURE, admin_views.picture, name="picture"),
    ]
    return [path("photos/", include((urls, "solidarity_photos"), namespace="solidarity_photos"))]


class ModeratorMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(MODERATE)


@hooks.register("register_admin_menu_item")
def register_photos_menu_item() -> SubmenuMenuItem:
    queue = ModeratorMenuItem(
        _("To moderate"), reverse("solidarity_photos:queue"), icon_name="view", order=10
    )
    decided = ModeratorMenuItem(
        _("Decided photos"), reverse("solidarity_photos:decided"), icon_name="tasks", order=20
    )
    return SubmenuMenuItem(
        _("Photos"), Menu(items=[queue, decided]), name="photos", icon_name="image", order=205
    )


@hooks.register("register_admin_viewset")
def register_photo_calls() -> PhotoCallViewSet:
    return PhotoCallViewSet("photo-calls")


@hooks.register("register_permissions")
def register_moderation():
    return Permission.objects.filter(
        content_type__app_label="solidarity", codename="moderate_photo"
    )


@hooks.register("register_log_actions")
def name_decisions(actions) -> None:
    actions.register_action("solidarity.approve", _("Approve a photo"), _("Photo approved"))
    actions.register_action("solidarity.reject", _("Reject a photo"), _("Photo rejected"))
    actions.register_action("solidarity.undo", _("Undo a decision"), _("Decision undone"))


@hooks.register("construct_homepage_summary_items")
def count_pending_photos(request, items) -> None:
    items.append(PendingPhotosSummary(request))
