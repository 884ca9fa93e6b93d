"""How PostgreSQL reads the texts of each language for search.

Extensions and text search configurations are made when they are missing, so that running this
again, or on a database where an administrator made the extensions, does no harm. Both extensions
are trusted: the owner of the database may make them (PostgreSQL 18, Appendix F).
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# Configuration: the one it copies, and its last dictionary (the stemmer).
CONFIGURATIONS = {
    "site_en": ("english", "english_stem"),
    "site_fr": ("french", "french_stem"),
    "site_nl": ("dutch", "dutch_stem"),
    "site_simple": ("simple", "simple"),
}
# Kinds of token that hold words (PostgreSQL 18, 12.5 Parsers); accents go before the stemmer.
WORDS = "asciihword, asciiword, hword, hword_asciipart, hword_part, word"


def make_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name, (original, stemmer) in CONFIGURATIONS.items():
            cursor.execute("SELECT 1 FROM pg_ts_config WHERE cfgname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(
                    f"CREATE TEXT SEARCH CONFIGURATION {name} (COPY = pg_catalog.{original})"
                )
            cursor.execute(
                f"ALTER TEXT SEARCH CONFIGURATION {name} "
                f"ALTER MAPPING FOR {WORDS} WITH unaccent, pg_catalog.{stemmer}"
            )


def drop_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in CONFIGURATIONS:
            cursor.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0004_alter_campaignpage_body_alter_sitewords_footer_menu_and_more"),
    ]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunPython(make_configurations, drop_configurations),
    ]
