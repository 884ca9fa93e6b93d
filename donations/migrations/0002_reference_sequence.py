from django.db import migrations


class Migration(migrations.Migration):
    """Numbers of structured communications: taken once, never given again, gaps allowed."""

    dependencies = [("donations", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE donations_reference_number AS bigint "
            "MINVALUE 1000001 MAXVALUE 9999999999 NO CYCLE",
            "DROP SEQUENCE donations_reference_number",
        )
    ]
