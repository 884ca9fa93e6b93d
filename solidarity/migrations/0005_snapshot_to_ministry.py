import campaign_site.encryption
import campaign_site.hours
import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import uuid
from django.conf import settings
from django.db import migrations, models
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Repeat, Substr


# Keeps solidarity_wallcount exact: each photo that comes on a wall or leaves one counts there, in
# the transaction that changes it. NULL partners are one group.
COUNT_WALLS = """
CREATE FUNCTION solidarity_count_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.on_wall THEN
    UPDATE solidarity_wallcount SET number = greatest(number - 1, 0)
    WHERE call_id = OLD.call_id AND language = OLD.message_language
      AND partner_id IS NOT DISTINCT FROM OLD.partner_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.on_wall THEN
    INSERT INTO solidarity_wallcount (call_id, language, partner_id, number)
    VALUES (NEW.call_id, NEW.message_language, NEW.partner_id, 1)
    ON CONFLICT (call_id, language, partner_id)
    DO UPDATE SET number = solidarity_wallcount.number + 1;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER solidarity_photo_counted AFTER INSERT OR DELETE ON solidarity_photo
FOR EACH ROW EXECUTE FUNCTION solidarity_count_wall();
CREATE TRIGGER solidarity_photo_recounted
AFTER UPDATE OF on_wall, call_id, message_language, partner_id ON solidarity_photo
FOR EACH ROW WHEN (
  (OLD.on_wall OR NEW.on_wall) AND
  (OLD.on_wall, OLD.call_id, OLD.message_language, OLD.partner_id)
  IS DISTINCT FROM (NEW.on_wall, NEW.call_id, NEW.message_language, NEW.partner_id)
) EXECUTE FUNCTION solidarity_count_wall();
"""
FORGET_COUNTS = """
DROP TRIGGER solidarity_photo_recounted ON solidarity_photo;
DROP TRIGGER solidarity_photo_counted ON solidarity_photo;
DROP FUNCTION solidarity_count_wall();
"""


def describe_earlier_photos(apps, schema_editor):
    """A message was in the language of its form; one colour stood for the whole picture."""
    for name in ("Photo", "HeldPhoto"):
        rows = apps.get_model("solidarity", name).objects
        rows.update(placeholder=Repeat(Substr("colour", 2), 9))
    apps.get_model("solidarity", "Photo").objects.update(message_language=F("language"))


def show_earlier_photos(apps, schema_editor):
    """What hung on a wall so far goes on to, and is counted."""
    consents = apps.get_model("supporters", "Consent").objects.filter(
        subject_type="solidarity.photo",
        subject_id=OuterRef("public_id"),
        purpose="photo-wall",
        withdrawn_hour=None,
        ended_hour=None,
    )
    photos = apps.get_model("solidarity", "Photo").objects.filter(status="approved")
    photos.filter(Exists(consents)).update(on_wall=True)


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0006_stories_articles_and_walls'),
        ('solidarity', '0004_photo_withdrawal_code_hash'),
        ('supporters', '0007_say_email'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_en', models.CharField(max_length=160, verbose_name='name in English')),
                ('name_fr', models.CharField(max_length=160, verbose_name='name in French')),
                ('name_nl', models.CharField(max_length=160, verbose_name='name in Dutch')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], max_length=2, verbose_name='language we write to it in')),
                ('address', models.TextField(blank=True, max_length=400, verbose_name='postal address')),
            ],
            options={
                'verbose_name': 'office',
                'verbose_name_plural': 'offices',
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='word in addresses')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_nl', models.CharField(max_length=80, verbose_name='name in Dutch')),
                ('country', models.CharField(blank=True, help_text='Two capital letters, such as PH. Empty for none.', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as BE.')], verbose_name='country')),
            ],
            options={
                'verbose_name': 'partner',
                'verbose_name_plural': 'partners',
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='PhotoReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('me', 'This is me, or my child'), ('wrong', 'This should not be here')], max_length=8, verbose_name='what it says')),
                ('words', campaign_site.encryption.EncryptedTextField(blank=True, verbose_name='words')),
                ('email', campaign_site.encryption.EncryptedTextField(blank=True, verbose_name='email address')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('form_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('form_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('created_hour', models.DateTimeField(default=campaign_site.hours.this_hour, editable=False, verbose_name='received')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='handled at')),
                ('outcome', models.CharField(blank=True, choices=[('kept', 'kept'), ('covered', 'covered'), ('taken-down', 'taken down')], max_length=12, verbose_name='what was done')),
            ],
            options={
                'verbose_name': 'report about a photo',
                'verbose_name_plural': 'reports about photos',
            },
        ),
        migrations.CreateModel(
            name='WallCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=3)),
                ('number', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='heldphoto',
            name='fingerprint',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='heldphoto',
            name='frame',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='heldphoto',
            name='pixels_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='heldphoto',
            name='placeholder',
            field=models.CharField(default='d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8', editable=False, max_length=54),
        ),
        migrations.AddField(
            model_name='photo',
            name='confirmed_hour',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='confirmed'),
        ),
        migrations.AddField(
            model_name='photo',
            name='country',
            field=models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as BE.')], verbose_name='country of the sender'),
        ),
        migrations.AddField(
            model_name='photo',
            name='edits',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='photo',
            name='entered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by'),
        ),
        migrations.AddField(
            model_name='photo',
            name='fingerprint',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='frame',
            field=models.CharField(blank=True, choices=[('band', 'a band'), ('rings', 'rings'), ('placard', 'a placard')], max_length=8, verbose_name='frame'),
        ),
        migrations.AddField(
            model_name='photo',
            name='has_avif',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='photo',
            name='has_originals',
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.AddField(
            model_name='photo',
            name='is_hidden',
            field=models.BooleanField(default=False, editable=False, verbose_name='hidden after a report'),
        ),
        migrations.AddField(
            model_name='photo',
            name='looked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='looked_at_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='on the screen of'),
        ),
        migrations.AddField(
            model_name='photo',
            name='mailed_on',
            field=models.DateField(blank=True, null=True, verbose_name='email of'),
        ),
        migrations.AddField(
            model_name='photo',
            name='message_language',
            field=models.CharField(default='en', max_length=3, verbose_name='language of the message'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='photo',
            name='needs_cover',
            field=models.BooleanField(default=False, verbose_name='a face is to be covered'),
        ),
        migrations.AddField(
            model_name='photo',
            name='on_wall',
            field=models.BooleanField(default=False, editable=False, verbose_name='on the wall'),
        ),
        migrations.AddField(
            model_name='photo',
            name='people',
            field=models.CharField(blank=True, choices=[('nobody', 'Nobody: no face, or faces are covered'), ('sender', 'Only me, and I am 18 or older'), ('adults', 'Me or other adults, and everybody agrees'), ('minors', 'Somebody under 18')], max_length=8, verbose_name='who can be recognised'),
        ),
        migrations.AddField(
            model_name='photo',
            name='pixels_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='photo',
            name='placeholder',
            field=models.CharField(default='d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8d9d4c8', editable=False, max_length=54),
        ),
        migrations.AddField(
            model_name='photo',
            name='reason',
            field=models.CharField(blank=True, choices=[('faces', 'somebody in it may not have agreed'), ('minors', 'somebody under 18 without their parents’ agreement'), ('private', 'it tells too much: an address, a badge, a number plate'), ('unclear', 'too dark, blurred or small'), ('off-topic', 'it is about something else'), ('hostile', 'insults, threats or hate'), ('copy', 'we have this photo already'), ('reported', 'somebody in it asked us not to show it'), ('other', 'another reason')], max_length=12, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='photo',
            name='show_from',
            field=models.DateField(blank=True, null=True, verbose_name='not before'),
        ),
        migrations.AddField(
            model_name='photocall',
            name='slogan_en',
            field=models.CharField(blank=True, max_length=40, verbose_name='slogan in English'),
        ),
        migrations.AddField(
            model_name='photocall',
            name='slogan_fr',
            field=models.CharField(blank=True, max_length=40, verbose_name='slogan in French'),
        ),
        migrations.AddField(
            model_name='photocall',
            name='slogan_nl',
            field=models.CharField(blank=True, max_length=40, verbose_name='slogan in Dutch'),
        ),
        migrations.AlterField(
            model_name='heldphoto',
            name='height',
            field=models.PositiveIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='heldphoto',
            name='width',
            field=models.PositiveIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='photo',
            name='status',
            field=models.CharField(choices=[('pending', 'to moderate'), ('aside', 'set aside'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='pending', max_length=20, verbose_name='status'),
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], max_length=2, verbose_name='language')),
                ('letter', models.TextField(max_length=6000, verbose_name='cover letter')),
                ('status', models.CharField(choices=[('draft', 'being prepared'), ('frozen', 'frozen, to be approved'), ('approved', 'approved'), ('delivered', 'delivered')], default='draft', max_length=10, verbose_name='status')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='frozen at')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='dossier made at')),
                ('manifest_digest', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the manifest')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='solidarity.photocall', verbose_name='photo call')),
                ('frozen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='frozen by')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='solidarity.office', verbose_name='office')),
            ],
            options={
                'verbose_name': 'edition',
                'verbose_name_plural': 'editions',
                'ordering': ['-pk'],
                'permissions': [('prepare_edition', 'Can prepare what is delivered'), ('approve_edition', 'Can approve what is delivered, as the second person')],
            },
        ),
        migrations.CreateModel(
            name='DossierFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('letter', 'letter and contents'), ('volume', 'photos and messages'), ('zip', 'pictures'), ('csv', 'table'), ('manifest', 'manifest')], max_length=10)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('first_number', models.PositiveIntegerField(blank=True, null=True)),
                ('last_number', models.PositiveIntegerField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('made', 'made'), ('stale', 'to be made again')], default='waiting', max_length=10)),
                ('file_name', models.CharField(blank=True, max_length=60)),
                ('size_bytes', models.PositiveBigIntegerField(default=0)),
                ('page_count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='solidarity.edition')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='photocall',
            name='office',
            field=models.ForeignKey(blank=True, help_text='Who receives the photos, whoever holds the office that day.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='solidarity.office', verbose_name='office'),
        ),
        migrations.CreateModel(
            name='OfficeHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('since', models.DateField(blank=True, null=True, verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('office', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='solidarity.office', verbose_name='office')),
            ],
            options={
                'verbose_name': 'holder of an office',
                'verbose_name_plural': 'holders of an office',
                'ordering': ['-since'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivered_on', models.DateField(verbose_name='day')),
                ('place_en', models.CharField(blank=True, max_length=120, verbose_name='place in English')),
                ('place_fr', models.CharField(blank=True, max_length=120, verbose_name='place in French')),
                ('place_nl', models.CharField(blank=True, max_length=120, verbose_name='place in Dutch')),
                ('delivered_by', models.CharField(blank=True, max_length=160, verbose_name='handed over by')),
                ('received_by', models.CharField(blank=True, max_length=160, verbose_name='received by')),
                ('note_en', models.TextField(blank=True, max_length=1000, verbose_name='what happened, in English')),
                ('note_fr', models.TextField(blank=True, max_length=1000, verbose_name='what happened, in French')),
                ('note_nl', models.TextField(blank=True, max_length=1000, verbose_name='what happened, in Dutch')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                ('answer_en', models.TextField(blank=True, max_length=2000, verbose_name='answer in English')),
                ('answer_fr', models.TextField(blank=True, max_length=2000, verbose_name='answer in French')),
                ('answer_nl', models.TextField(blank=True, max_length=2000, verbose_name='answer in Dutch')),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='pages.editorialimage', verbose_name='picture')),
                ('edition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='solidarity.edition', verbose_name='edition')),
                ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='solidarity.officeholder', verbose_name='who held the office')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-delivered_on'],
            },
        ),
        migrations.CreateModel(
            name='EditionPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('display_name', campaign_site.encryption.EncryptedTextField(blank=True, max_length=60, verbose_name='name shown')),
                ('message', models.CharField(blank=True, max_length=280, verbose_name='message')),
                ('message_language', models.CharField(max_length=3, verbose_name='language of the message')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country of the sender')),
                ('alt_text', models.CharField(blank=True, max_length=200)),
                ('picture_digest', models.CharField(blank=True, max_length=64)),
                ('taken_back_hour', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='solidarity.edition')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='in_editions', to='solidarity.photo')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='solidarity.partner')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='photo',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='solidarity.partner', verbose_name='for'),
        ),
        migrations.AddField(
            model_name='photocall',
            name='partners',
            field=models.ManyToManyField(blank=True, help_text='For whom a photo can be. Senders choose one, or all.', related_name='calls', to='solidarity.partner', verbose_name='partners'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('on_wall', True)), fields=['call', 'wall_key'], name='photo_on_wall'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('on_wall', True)), fields=['call', 'message_language', 'wall_key'], name='photo_on_wall_by_language'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('on_wall', True)), fields=['call', 'partner', 'wall_key'], name='photo_on_wall_by_partner'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('status__in', ['pending', 'aside'])), fields=['id'], name='photo_undecided'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('on_wall', False), ('show_from__isnull', False), ('status', 'approved')), fields=['show_from'], name='photo_shown_later'),
        ),
        migrations.AddField(
            model_name='photoreport',
            name='handled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by'),
        ),
        migrations.AddField(
            model_name='photoreport',
            name='photo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='solidarity.photo', verbose_name='photo'),
        ),
        migrations.AddField(
            model_name='wallcount',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wall_counts', to='solidarity.photocall'),
        ),
        migrations.AddField(
            model_name='wallcount',
            name='partner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='solidarity.partner'),
        ),
        migrations.AddConstraint(
            model_name='dossierfile',
            constraint=models.UniqueConstraint(fields=('edition', 'kind', 'number'), name='dossier_file_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='edition_number_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('frozen_by')), _negated=True), _connector='OR'), name='edition_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='officeholder',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since')), ('since__isnull', True), ('until__isnull', True), _connector='OR'), name='office_held_until_after_since'),
        ),
        migrations.AddConstraint(
            model_name='editionphoto',
            constraint=models.UniqueConstraint(fields=('edition', 'number'), name='edition_photo_number_once'),
        ),
        migrations.AddConstraint(
            model_name='editionphoto',
            constraint=models.UniqueConstraint(fields=('photo',), name='photo_in_one_edition'),
        ),
        migrations.AddIndex(
            model_name='photoreport',
            index=models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['photo'], name='open_photo_report'),
        ),
        migrations.AddConstraint(
            model_name='wallcount',
            constraint=models.UniqueConstraint(fields=('call', 'language', 'partner'), name='one_wall_count_each', nulls_distinct=False),
        ),
        migrations.RunPython(describe_earlier_photos, migrations.RunPython.noop),
        # The rows were just rewritten, so that what refers to them is checked again, by default at
        # the end of the transaction; until then PostgreSQL alters no table.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='heldphoto',
            name='colour',
        ),
        migrations.RemoveField(
            model_name='photo',
            name='colour',
        ),
        migrations.RunSQL(COUNT_WALLS, FORGET_COUNTS),
        migrations.RunPython(show_earlier_photos, migrations.RunPython.noop),
    ]
