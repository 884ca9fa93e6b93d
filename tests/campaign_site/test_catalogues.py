"""Message catalogues: what is collected, what a merge keeps, what is compiled."""

import gettext
import os
from pathlib import Path

import pytest

from campaign_site import catalogues

PYTHON = """
from django.utils.translation import gettext as _, ngettext_lazy, pgettext_lazy

GREETING = _("Hello %(name)s, "
             "and welcome")
COUNT = ngettext_lazy("%(count)d photo", "%(count)d photos", "count")
VERB = pgettext_lazy("verb", "Open")
"""
TEMPLATE = """{# Translators: shown to a screen reader #}
<div>
      <p title="{% translate 'Open' %}">
  {% blocktranslate count n=photos|length trimmed %}
    One photo
  {% plural %}{{ n }} photos{% endblocktranslate %} it's "odd
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A small project instead of ours, with Python, a template and words that nobody sees."""
    for folder in ("events/migrations", "tests", "templates/events"):
        (tmp_path / folder).mkdir(parents=True)
    for package in ("events", "events/migrations", "tests"):
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "events" / "models.py").write_text(PYTHON)
    (tmp_path / "events" / "migrations" / "0001.py").write_text('_("Silent")')
    (tmp_path / "tests" / "test_events.py").write_text('_("Silent")')
    (tmp_path / "templates" / "events" / "list.html").write_text(TEMPLATE)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    return tmp_path


def french(project: Path) -> Path:
    return project / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def translate(path: Path, wording: str, translation: str) -> None:
    """Write a translation under a wording, as an editor would."""
    text = path.read_text()
    before, after = text.rsplit(f'msgid "{wording}"\nmsgstr ""\n', 1)
    path.write_text(f'{before}msgid "{wording}"\nmsgstr "{translation}"\n{after}')


def test_collect_finds_words_of_python_and_templates_and_no_others(project):
    found = {(m.context, m.singular, m.plural) for m in catalogues.collect()}

    assert found == {
        (None, "Hello %(name)s, and welcome", ""),
        (None, "%(count)d photo", "%(count)d photos"),
        ("verb", "Open", ""),
        (None, "Open", ""),
        (None, "One photo", "%(n)s photos"),
    }


def test_update_keeps_translations_drops_old_words_and_is_stable(project):
    catalogues.update()
    translate(french(project), "Hello %(name)s, and welcome", "Bonjour %(name)s, bienvenue")
    translate(french(project), "Open", "Ouvrez")
    first = french(project).read_text()

    catalogues.update()
    assert french(project).read_text() == first
    assert "models.py:" not in first

    (project / "events" / "models.py").write_text("# Three lines further down.\n\n\n" + PYTHON)
    (project / "templates" / "events" / "list.html").unlink()
    catalogues.update()
    text = french(project).read_text()
    assert "Bonjour %(name)s, bienvenue" in text
    assert "One photo" not in text


def test_missing_lists_words_new_or_without_one_form(project):
    catalogues.update()
    path = french(project)
    translate(path, "Hello %(name)s, and welcome", "Bonjour %(name)s, bienvenue")
    text = path.read_text().replace('msgstr[0] ""', 'msgstr[0] "Une photo"')
    path.write_text(text)

    assert "Hello %(name)s, and welcome" not in catalogues.missing("fr")
    assert set(catalogues.missing("fr")) == {"Open", "One photo", "%(count)d photo"}

    (project / "events" / "views.py").write_text('title = gettext("Brand new")')
    assert "Brand new" in catalogues.missing("fr")


def test_mismatched_lists_translations_with_other_placeholders(project):
    catalogues.update()
    path = french(project)
    translate(path, "Hello %(name)s, and welcome", "Bonjour %(nom)s, bienvenue")
    forms = 'msgstr[0] "Une photo"\nmsgstr[1] "%(count)d photos"'
    path.write_text(path.read_text().replace('msgstr[0] ""\nmsgstr[1] ""', forms, 1))

    assert catalogues.mismatched("fr") == ["Hello %(name)s, and welcome"]


def test_compile_writes_what_gettext_reads_and_only_when_changed(project):
    catalogues.update()
    translate(french(project), "Hello %(name)s, and welcome", "Bonjour %(name)s, bienvenue")

    written = catalogues.compile_all()
    assert french(project).with_suffix(".mo") in written
    assert catalogues.compile_all() == []

    with french(project).with_suffix(".mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert words.gettext("Hello %(name)s, and welcome") == "Bonjour %(name)s, bienvenue"

    os.utime(french(project), (1, 1))
    assert catalogues.compile_all() == [french(project).with_suffix(".mo")]


def test_broken_catalogue_is_named(project):
    french(project).parent.mkdir(parents=True)
    french(project).write_text('<<<<<<< ours\nmsgid "a"\nmsgstr ""\n')

    with pytest.raises(catalogues.CatalogueError, match="locale/fr/LC_MESSAGES/django.po"):
        catalogues.compile_all()


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_whole_site_is_translated(language):
    assert catalogues.missing(language) == []
    assert catalogues.mismatched(language) == []
