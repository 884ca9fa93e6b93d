"""Who may do what: the groups of staff, from Django's and Wagtail's permissions.

Running this again restores the permissions listed here and leaves the members alone. Nobody is
given Django's permissions on users and groups: members of staff have screens of their own.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

_ADMIN = ("wagtailadmin.access_admin",)
_WORDS = (
    "pages.add_sitewords",
    "pages.change_sitewords",
    "pages.view_sitewords",
    "pages.add_theme",
    "pages.change_theme",
    "pages.view_theme",
)
_TRANSLATE = ("wagtail_localize.submit_translation",)
_REDIRECTS = (
    "wagtailredirects.add_redirect",
    "wagtailredirects.change_redirect",
    "wagtailredirects.delete_redirect",
)
_CALLS = (
    "solidarity.add_photocall",
    "solidarity.change_photocall",
    "solidarity.view_photocall",
    "solidarity.add_partner",
    "solidarity.change_partner",
    "solidarity.view_partner",
)
_EVENTS = ("events.add_event", "events.change_event", "events.view_event")
_HOST = (
    "events.view_signup",
    "events.view_needs",
    "events.export_signup",
    "events.message_attendees",
    "events.manage_door",
)
_REPORTS = ("newsroom.view_reports",)
_WORDS_OF_MAILS = ("supporters.view_mailwords", "supporters.change_mailwords")
_UPDATES = (
    "newsroom.view_campaignupdate",
    "newsroom.add_campaignupdate",
    "newsroom.change_campaignupdate",
    "newsroom.send_campaignupdate",
)
_SOURCES = (
    "supporters.view_sourcetag",
    "supporters.add_sourcetag",
    "supporters.change_sourcetag",
)
_MEMBERS = ("staff.manage_members", "staff.view_auditlog")
_MODERATE = ("solidarity.moderate_photo", "solidarity.view_photo", "solidarity.view_photocall")
# Who prepares an edition and who approves it: two people, whatever they may both do.
_DELIVER = (
    "solidarity.prepare_edition",
    "solidarity.approve_edition",
    "solidarity.view_office",
)
_OFFICES = (
    "solidarity.add_office",
    "solidarity.change_office",
    "solidarity.view_office",
)
_MONEY = (
    "donations.view_bankaccount",
    "donations.add_appeal",
    "donations.change_appeal",
    "donations.view_appeal",
    "donations.view_pledge",
    "donations.change_pledge",
    "donations.export_pledge",
    "donations.import_statement",
    "donations.view_statementfile",
    "donations.view_bankstatement",
    "donations.view_bankentry",
    "donations.match_payment",
    "donations.view_allocation",
    "donations.fulfil_reward",
    "donations.add_reward",
    "donations.change_reward",
    "donations.view_reward",
    "donations.add_earmark",
    "donations.change_earmark",
    "donations.view_earmark",
    "donations.add_outsideamount",
    "donations.change_outsideamount",
    "donations.delete_outsideamount",
    "donations.view_outsideamount",
    # A change of account is proposed by one person and approved by another, whatever they may do.
    "donations.add_bankaccount",
    "donations.change_bankaccount",
    "donations.approve_accountchange",
)

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "Editors": (
        *_ADMIN,
        *_WORDS,
        *_TRANSLATE,
        *_REDIRECTS,
        *_CALLS,
        *_OFFICES,
        *_EVENTS,
        *_REPORTS,
        *_WORDS_OF_MAILS,
        *_UPDATES,
        *_SOURCES,
        "donations.view_appeal",
    ),
    "Translators (French)": (*_ADMIN, *_TRANSLATE),
    "Translators (Dutch)": (*_ADMIN, *_TRANSLATE),
    "Moderators": (*_ADMIN, *_MODERATE, *_DELIVER, *_REPORTS),
    "Treasurers": (*_ADMIN, *_MONEY, *_REPORTS),
    "Event hosts": (*_ADMIN, *_EVENTS, *_HOST, *_REPORTS),
    "Administrators": (
        *_ADMIN,
        *_WORDS,
        *_TRANSLATE,
        *_REDIRECTS,
        *_CALLS,
        *_OFFICES,
        *_EVENTS,
        *_HOST,
        *_MODERATE,
        *_DELIVER,
        *_MONEY,
        *_REPORTS,
        *_WORDS_OF_MAILS,
        *_UPDATES,
        *_SOURCES,
        *_MEMBERS,
        "events.change_signup",
        "pages.change_organisation",
        "supporters.view_supporter",
        "supporters.delete_supporter",
        "supporters.view_consent",
        "supporters.view_consenttext",
        "supporters.view_datarequest",
        "supporters.add_datarequest",
        "supporters.change_datarequest",
        "watching.view_alert",
        "supporters.view_failedmail",
        "supporters.change_failedmail",
        "supporters.view_retentionperiod",
        "supporters.add_retentionperiod",
        "supporters.view_retentionrun",
        "supporters.view_consentwording",
        "supporters.add_consentwording",
        "supporters.export_newsletter",
        "wagtailcore.add_locale",
        "wagtailcore.change_locale",
    ),
}
_PAGE_GROUPS = ("Editors", "Administrators")
# A translator's group and the language whose pages it may change: what they write waits for an
# editor, who publishes it.
TRANSLATORS = {"Translators (French)": "fr", "Translators (Dutch)": "nl"}
ADMINISTRATORS = "Administrators"
_PAGE_PERMISSIONS = (
    "add_page",
    "change_page",
    "publish_page",
    "bulk_delete_page",
    "lock_page",
    "unlock_page",
)
# Moderators record deliveries, and whoever was there has the picture of it.
_DELIVERERS = ("Moderators",)
_FILE_PERMISSIONS = ("add_image", "change_image", "choose_image", "add_document", "choose_document")


def ensure_groups() -> None:
    """Make the groups and give each exactly the permissions listed above."""
    everything = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, wanted in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([everything[label] for label in wanted])
        GroupPagePermission.objects.filter(group=group).delete()
        GroupCollectionPermission.objects.filter(group=group).delete()
        if name in _PAGE_GROUPS:
            _open_pages(group, Page.get_first_root_node(), _PAGE_PERMISSIONS)
            _open_library(group, _FILE_PERMISSIONS)
        elif name in TRANSLATORS:
            for home in _homes(TRANSLATORS[name]):
                _open_pages(group, home, ("change_page",))
        elif name in _DELIVERERS:
            _open_library(group, ("add_image", "choose_image"))
    # Wagtail's own first group would be a second kind of moderator.
    Group.objects.filter(name="Wagtail Moderators", user=None).delete()


def _homes(language: str) -> QuerySet[Page]:
    """The tops of the trees in ``language``; none before the first content is loaded."""
    return Page.objects.filter(depth=2, locale__language_code=language)


def _open_pages(group: Group, page: Page, codenames: tuple[str, ...]) -> None:
    """Let ``group`` do what ``codenames`` say with ``page`` and everything below it."""
    for permission in Permission.objects.filter(
        codename__in=codenames, content_type__app_label="wagtailcore"
    ):
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)


def _open_library(group: Group, codenames: tuple[str, ...]) -> None:
    library = Collection.get_first_root_node()
    for permission in Permission.objects.filter(
        codename__in=codenames,
        content_type__app_label__in=["wagtailimages", "wagtaildocs", "pages"],
    ):
        GroupCollectionPermission.objects.create(
            group=group, collection=library, permission=permission
        )
