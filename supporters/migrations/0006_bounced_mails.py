from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0005_retention_and_failed_mails"),
    ]

    operations = [
        migrations.AddField(
            model_name="failedmail",
            name="bounced_message",
            field=models.CharField(editable=False, max_length=32, null=True, unique=True),
        ),
    ]
