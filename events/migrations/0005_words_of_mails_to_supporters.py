"""Words of staff for mails about events move to the table of all mails' words.

Kinds are now called like their templates, so that no two apps use one name. Entries of the log
move along: who changed which words stays known.
"""

from django.db import migrations

KINDS = {
    "confirmation": "sign_up_confirmation",
    "waiting": "sign_up_waiting",
    "offer": "sign_up_offer",
    "lapsed": "sign_up_lapsed",
    "cancelled": "sign_up_cancelled",
    "passed_on": "sign_up_passed_on",
    "change": "event_change",
    "event_cancelled": "event_cancelled",
    "event_restored": "event_restored",
    "reminder": "event_reminder",
    "day": "event_day",
    "thanks": "event_thanks",
}
ACTIONS = {
    "events.change_mail_words": "supporters.change_mail_words",
    "events.reset_mail_words": "supporters.reset_mail_words",
}


def move(apps, editor) -> None:
    """Copy the rows with their moments; give their log entries the new row and its names."""
    Old = apps.get_model("events", "MailWords")
    New = apps.get_model("supporters", "MailWords")
    numbers = {}
    for old in Old.objects.order_by("pk"):
        kind = KINDS.get(old.kind, old.kind)
        new = New.objects.create(
            kind=kind, language=old.language, subject=old.subject, text=old.text
        )
        New.objects.filter(pk=new.pk).update(changed_at=old.changed_at)
        numbers[str(old.pk)] = (str(new.pk), {"kind": kind, "language": old.language})
    _move_log(apps, numbers)


def _move_log(apps, numbers) -> None:
    ContentType = apps.get_model("contenttypes", "ContentType")
    Entry = apps.get_model("wagtailcore", "ModelLogEntry")
    new_type, _made = ContentType.objects.get_or_create(app_label="supporters", model="mailwords")
    for entry in Entry.objects.filter(action__in=list(ACTIONS)):
        # Of words that were set back only the label is left.
        entry.object_id, entry.data = numbers.get(
            entry.object_id, (f"events-{entry.object_id}", _read(entry.label))
        )
        entry.action = ACTIONS[entry.action]
        entry.content_type = new_type
        entry.save()


def _read(label: str) -> dict[str, str]:
    """Return what a label says, which is ``<kind> <language>``."""
    kind, _space, language = label.rpartition(" ")
    return {"kind": KINDS.get(kind, kind), "language": language}


def move_back(apps, editor) -> None:
    """Copy the rows of events back; the log keeps its new names, which the old code reads too."""
    Old = apps.get_model("events", "MailWords")
    New = apps.get_model("supporters", "MailWords")
    for old_name, name in KINDS.items():
        rows = New.objects.filter(kind=name)
        for new in rows:
            Old.objects.create(
                kind=old_name, language=new.language, subject=new.subject, text=new.text
            )
        rows.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_signup_source"),
        ("supporters", "0008_mailwords_sourcetag"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunPython(move, move_back),
        migrations.DeleteModel(name="MailWords"),
    ]
