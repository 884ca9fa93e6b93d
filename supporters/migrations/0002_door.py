from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supporters", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DailySalt",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("salt", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "salt of the day",
                "verbose_name_plural": "salts of the day",
            },
        ),
        migrations.CreateModel(
            name="SpentToken",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "used proof or ticket",
                "verbose_name_plural": "used proofs and tickets",
            },
        ),
        migrations.CreateModel(
            name="DoorCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "count at the door",
                "verbose_name_plural": "counts at the door",
                "constraints": [
                    models.UniqueConstraint(fields=("key", "starts_at"), name="one_count_per_window")
                ],
            },
        ),
    ]
