"""Which tables a public page may show something of, by rule; every exception with its reason."""

from functools import cache

from django.apps import apps

# Everything that these apps keep may be on a public page.
_SHOWN_APPS = (
    "pages",
    "solidarity",
    "events",
    "donations",
    "newsroom",
    "wagtailcore",
    "wagtaildocs",
    "wagtailimages",
    "wagtailredirects",
    "taggit",
)
# A photo is on the wall for as long as the consents in it stand.
_SHOWN_TABLES = ("supporters_consent", "supporters_consenttext", "supporters_sourcetag")

# Written often, or by staff only, and on no page that is kept. An answer that reads one of them
# all the same is not kept (see recording.py).
NOT_SHOWN = {
    "donations_bankstatement": "statements are the treasurer's",
    "donations_statementchunk": "statements are the treasurer's",
    "donations_statementfile": "statements are the treasurer's",
    "events_doorpass": "who stands at the door of an event",
    "events_mailingcopy": "mails to those who come",
    "newsroom_campaignupdate": "mails to subscribers",
    "newsroom_checklisttick": "the newsroom's own list",
    "newsroom_dailycount": "figures for the staff",
    "newsroom_linkcheck": "what links lead to, for the staff",
    "newsroom_translationmark": "who translates what",
    "newsroom_updatecopy": "mails to subscribers",
    "pages_loadedcontent": "which first content was loaded",
    "solidarity_dossierfile": "files for offices",
    "solidarity_heldphoto": "photos between two sendings of a form",
    "solidarity_photoreport": "reports, for the moderators",
    "wagtailcore_apitoken": "the staff's",
    "wagtailcore_comment": "the staff's",
    "wagtailcore_commentreply": "the staff's",
    "wagtailcore_groupapprovaltask": "workflow of the staff",
    "wagtailcore_groupapprovaltask_groups": "workflow of the staff",
    "wagtailcore_groupcollectionpermission": "permissions of the staff",
    "wagtailcore_grouppagepermission": "permissions of the staff",
    "wagtailcore_groupsitepermission": "permissions of the staff",
    "wagtailcore_modellogentry": "history, for the staff",
    "wagtailcore_pagelogentry": "history, for the staff",
    "wagtailcore_pagesubscription": "the staff's",
    "wagtailcore_referenceindex": "where things are used, for the staff",
    "wagtailcore_revision": "drafts and history: what is published is in the page's own tables",
    "wagtailcore_task": "workflow of the staff",
    "wagtailcore_taskstate": "workflow of the staff",
    "wagtailcore_uploadedfile": "files between two sendings of a form",
    "wagtailcore_workflow": "workflow of the staff",
    "wagtailcore_workflowcontenttype": "workflow of the staff",
    "wagtailcore_workflowpage": "workflow of the staff",
    "wagtailcore_workflowstate": "workflow of the staff",
    "wagtailcore_workflowtask": "workflow of the staff",
}

# Read for pages, and the same from one release to the next,
# or no part of any page.
CONSTANT = {
    "django_content_type": "changed by migrations alone, and these come with a release",
    "serving_shownchange": "asked on the way, to know what has changed",
    "serving_shownaddress": "written on the way",
}


@cache
def all_tables() -> frozenset[str]:
    """Every table of an installed app."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(model._meta.db_table for model in models if not model._meta.proxy)


@cache
def watched_tables() -> frozenset[str]:
    """The tables whose changes make kept answers old."""
    models = apps.get_models(include_auto_created=True)
    shown = {
        model._meta.db_table
        for model in models
        if model._meta.app_label in _SHOWN_APPS and model._meta.managed and not model._meta.proxy
    }
    return frozenset((shown | set(_SHOWN_TABLES)) - NOT_SHOWN.keys())
