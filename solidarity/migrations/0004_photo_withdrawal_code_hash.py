from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("solidarity", "0003_photocall_is_closed")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="withdrawal_code_hash",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
    ]
