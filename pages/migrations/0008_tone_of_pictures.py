from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0007_gift_card_of_the_appeal")]

    operations = [
        migrations.AddField(
            model_name="editorialimage",
            name="tone",
            field=models.CharField(blank=True, editable=False, max_length=3, default=""),
            preserve_default=False,
        ),
    ]
