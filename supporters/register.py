"""The register of processing (GDPR, article 30), made from the models themselves.

Each app says of every field of its models whether it holds something about a person, and if so
why and who sees it (``<app>/personal_data.py``). How long it is kept comes from ``retention``,
who sees it from the permissions of the groups. A field of which nothing is said fails the tests.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models import Field, Model, QuerySet
from django.utils.translation import override

from supporters import retention
from supporters.services import address_hash

EVERYBODY = "everybody, with the person's consent"
NOBODY = "nobody: only the site itself uses it"


@dataclass(frozen=True)
class PersonalField:
    """A field that tells something about a person: why it is kept, and who sees it.

    ``seen_with`` are the permissions that show it to staff; ``is_public`` when visitors see it.
    """

    name: str
    why: str
    seen_with: tuple[str, ...] = ()
    is_public: bool = False


@dataclass(frozen=True)
class Entry:
    """What one model holds. ``kept`` are kinds of ``retention``, ``kept_else`` a sentence.

    ``concerning`` finds the rows about the person with an address; without it, those that name
    their supporter.
    """

    label: str
    personal: tuple[PersonalField, ...] = ()
    impersonal: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    kept_else: str = ""
    concerning: Callable[[str], QuerySet] | None = None

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)


_entries: dict[str, Entry] = {}


def add(*entries: Entry) -> None:
    """Put entries into the register; adding a model again replaces its entry."""
    _entries.update((entry.label, entry) for entry in entries)


def fields_of(model: type[Model]) -> list[Field]:
    """The fields that ``model`` itself stores, in the order of the code."""
    return [*model._meta.local_concrete_fields, *model._meta.local_many_to_many]


def unclassified(app_labels: Iterable[str]) -> list[str]:
    """Return every ``app.model.field`` of these apps of which the register says nothing."""
    missing = []
    for label in app_labels:
        for model in apps.get_app_config(label).get_models():
            entry = _entries.get(model._meta.label_lower, Entry(model._meta.label_lower))
            known = {field.name for field in entry.personal} | set(entry.impersonal)
            missing += [
                f"{model._meta.label_lower}.{field.name}"
                for field in fields_of(model)
                if field.name not in known
            ]
    return missing


def mistaken() -> list[str]:
    """Return what the register says of fields, kinds and permissions that do not exist."""
    from django.contrib.auth.models import Permission

    permissions = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    wrong = []
    for entry in _entries.values():
        existing = {field.name for field in fields_of(entry.model)}
        named = [field.name for field in entry.personal] + list(entry.impersonal)
        wrong += [f"{entry.label}.{name}" for name in named if name not in existing]
        wrong += [f"{entry.label}.{name}" for name in set(named) if named.count(name) > 1]
        wrong += [key for key in entry.kept if retention.find_kind(key) is None]
        wrong += [
            permission
            for field in entry.personal
            for permission in field.seen_with
            if permission not in permissions
        ]
        if entry.personal and not (entry.kept or entry.kept_else):
            wrong.append(f"{entry.label}: kept for ever")
    return wrong


def rows_about(email: str) -> Iterator[tuple[Entry, Model]]:
    """Yield every stored row about the person with this address, with its entry."""
    for entry in sorted(_entries.values(), key=lambda entry: entry.label):
        if not entry.personal:
            continue
        if entry.concerning is not None:
            rows = entry.concerning(email)
        elif any(field.name == "supporter" for field in fields_of(entry.model)):
            found = entry.model._base_manager.filter(supporter__email_hash=address_hash(email))
            rows = found.order_by("pk")
        else:
            continue
        yield from ((entry, row) for row in rows)


def as_markdown() -> str:
    """Return the whole register as a document, in English, with the periods in force today."""
    with override("en"):
        days, groups = retention.periods(), _groups_by_permission()
        parts = [_HEADING]
        for entry in sorted(_entries.values(), key=lambda entry: entry.label):
            if entry.personal:
                parts.append(_section(entry, days, groups))
        parts.append(_periods_section(days))
    return "\n".join(parts)


_HEADING = """# Register of personal data

Made by `python manage.py register` from the models, the periods and the groups. Do not edit it.
"""


def _groups_by_permission() -> dict[str, set[str]]:
    seen: dict[str, set[str]] = {}
    rows = Group.objects.values_list(
        "name", "permissions__content_type__app_label", "permissions__codename"
    )
    for name, app, codename in rows:
        seen.setdefault(f"{app}.{codename}", set()).add(name)
    return seen


def _section(entry: Entry, days: dict[str, int], groups: dict[str, set[str]]) -> str:
    lines = [f"## {entry.label}", f"Kept: {_how_long(entry, days)}", ""]
    lines += ["| field | why | who sees it |", "|---|---|---|"]
    for field in entry.personal:
        lines.append(f"| `{field.name}` | {field.why} | {_who_sees(field, groups)} |")
    return "\n".join([*lines, ""])


def _how_long(entry: Entry, days: dict[str, int]) -> str:
    kinds = [kind for key in entry.kept if (kind := retention.find_kind(key))]
    periods = [f"{_days(days[kind.key])} {kind.moment} ({kind.name})" for kind in kinds]
    return "; ".join([*periods, *([entry.kept_else] if entry.kept_else else [])]) + "."


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _who_sees(field: PersonalField, groups: dict[str, set[str]]) -> str:
    names = {name for permission in field.seen_with for name in groups.get(permission, ())}
    seers = sorted(names) + ([EVERYBODY] if field.is_public else [])
    return ", ".join(seers) or NOBODY


def _periods_section(days: dict[str, int]) -> str:
    lines = ["## How long", "", "| kind of data | days | from when | why so long |"]
    lines.append("|---|---|---|---|")
    for kind in retention.kinds():
        lines.append(f"| {kind.name} | {days[kind.key]} | {kind.moment} | {kind.reason} |")
    return "\n".join([*lines, ""])
