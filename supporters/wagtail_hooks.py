"""Puts the staff screens about people into Wagtail's admin."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.permissions import register_permission_policy

from staff import to_do
from supporters import (
    admin_views,
    mail_words_admin,
    mail_words_hooks,  # noqa: F401 - registers its own screens
    newsletter_admin,
    wordings_admin,
)
from supporters.admin_views import ConsentViewSet, ReadOnlyPolicy, RequestViewSet
from supporters.models import Consent
from supporters.to_do import mails_to_do, requests_to_do

register_permission_policy(Consent, ReadOnlyPolicy(Consent))
to_do.register(requests_to_do, order=10)
to_do.register(mails_to_do, order=70)


@hooks.register("register_admin_urls")
def register_people_urls():
    people = admin_views.PeopleView
    urls = [
        path("", people.as_view(), name="people"),
        path("results/", people.as_view(results_only=True), name="people_results"),
        path("find/", admin_views.find_person, name="find"),
        path("failed-mails/", admin_views.failed_mail_list, name="failed_mails"),
        path("failed-mails/again/", admin_views.try_mails_again, name="try_mails_again"),
        path("periods/", admin_views.periods, name="periods"),
        path("periods/<slug:key>/", admin_views.period, name="period"),
        path("wordings/", wordings_admin.index, name="wordings"),
        path("wordings/<slug:key>/", wordings_admin.wording, name="wording"),
        path("newsletter/", newsletter_admin.index, name="newsletter"),
        path("newsletter/export/", newsletter_admin.export, name="newsletter_export"),
        path("<uuid:public_id>/", admin_views.person, name="person"),
        path("<uuid:public_id>/erase/", admin_views.erase_person, name="erase_person"),
    ]
    return [path("people/", include((urls, "people_admin"), namespace="people_admin"))]


class PermittedMenuItem(MenuItem):
    """An entry of the menu for those who hold a permission."""

    def __init__(self, label, url_name: str, *, permission: str, **kwargs) -> None:
        super().__init__(label, reverse(url_name), **kwargs)
        self.permission = permission

    def is_shown(self, request) -> bool:
        return request.user.has_perm(self.permission)


@hooks.register("register_admin_menu_item")
def register_people_menu_item() -> SubmenuMenuItem:
    entries = [
        (_("Supporters"), "people_admin:people", admin_views.VIEW_PEOPLE, "group"),
        (_("Consents"), "consents_admin:index", "supporters.view_consent", "tick"),
        (_("Requests"), "requests_admin:index", admin_views.VIEW_REQUESTS, "mail"),
        (_("Words of consents"), "people_admin:wordings", wordings_admin.VIEW, "doc-full"),
        (_("Words of the emails"), "mail_words_admin:index", mail_words_admin.CHANGE, "mail"),
        (_("Newsletter"), "people_admin:newsletter", newsletter_admin.EXPORT, "mail"),
        (_("Failed emails"), "people_admin:failed_mails", admin_views.VIEW_MAILS, "mail"),
        (_("Retention"), "people_admin:periods", admin_views.VIEW_PERIODS, "history"),
    ]
    items = [
        PermittedMenuItem(label, name, permission=permission, icon_name=icon, order=order)
        for order, (label, name, permission, icon) in enumerate(entries, start=1)
    ]
    return SubmenuMenuItem(
        _("People"), Menu(items=items), name="people", icon_name="group", order=310
    )


@hooks.register("register_admin_viewset")
def register_consents() -> ConsentViewSet:
    return ConsentViewSet("consents")


@hooks.register("register_admin_viewset")
def register_requests() -> RequestViewSet:
    return RequestViewSet("requests")


@hooks.register("register_log_actions")
def name_actions(actions) -> None:
    actions.register_action(
        "supporters.open", _("Open a supporter"), _("Supporter's data looked at")
    )
    actions.register_action(
        "supporters.erase", _("Erase a supporter"), _("Supporter erased at their request")
    )
    actions.register_action(
        "supporters.set_period", _("Set a retention period"), _("Retention period set")
    )
    actions.register_action(
        "supporters.change_words", _("Change the words of a consent"), _("Words changed")
    )
    actions.register_action(
        "supporters.export_newsletter", _("Export the newsletter"), _("Addresses exported")
    )
    actions.register_action(
        "supporters.try_mail_again", _("Try an email again"), _("Failed email tried again")
    )
