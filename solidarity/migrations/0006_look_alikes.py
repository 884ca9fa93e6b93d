"""Indexes by which photos that look alike are found (solidarity.duplicates)."""

from django.db import migrations, models
from django.db.models import F, Q


def look_alike_index(part: int) -> models.Index:
    return models.Index(
        F("call"),
        F("fingerprint").bitrightshift(16 * part).bitand(0xFFFF),
        condition=Q(erased_hour__isnull=True),
        name=f"photo_look_alike_{part}",
    )


class Migration(migrations.Migration):
    dependencies = [("solidarity", "0005_snapshot_to_ministry")]

    operations = [
        migrations.AddIndex(model_name="photo", index=look_alike_index(part)) for part in range(4)
    ]
