import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import campaign_site.hours

REFUSE_REWORDING = """
CREATE FUNCTION supporters_refuse_rewording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the words of a consent are never changed; add a version';
END
$$;
CREATE TRIGGER supporters_consentwording_never_changed
    BEFORE UPDATE OF purpose, language, version, text ON supporters_consentwording
    FOR EACH ROW EXECUTE FUNCTION supporters_refuse_rewording();
"""
ALLOW_REWORDING = """
DROP TRIGGER supporters_consentwording_never_changed ON supporters_consentwording;
DROP FUNCTION supporters_refuse_rewording();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0002_door"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='proof',
            field=models.CharField(blank=True, max_length=80, verbose_name='proof'),
        ),
        migrations.AlterField(
            model_name='consent',
            name='source',
            field=models.CharField(choices=[('form', 'form on the site'), ('staff', 'entered by staff'), ('mail', 'link in a mail')], default='form', max_length=20, verbose_name='source'),
        ),
        migrations.CreateModel(
            name='ConsentWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=60, verbose_name='purpose')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('text', models.TextField(verbose_name='text')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='in use since')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
            ],
            options={
                'verbose_name': 'words of a consent',
                'verbose_name_plural': 'words of consents',
                'default_permissions': ('add', 'view'),
                'constraints': [models.UniqueConstraint(fields=('purpose', 'language', 'version'), name='one_wording_per_version')],
            },
        ),
        migrations.RunSQL(REFUSE_REWORDING, ALLOW_REWORDING),
        migrations.AddField(
            model_name='consent',
            name='wording',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supporters.consentwording', verbose_name='version'),
        ),
        migrations.CreateModel(
            name='NewsletterSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('link_version', models.PositiveIntegerField(default=1, editable=False)),
                ('wished_hour', models.DateTimeField(default=campaign_site.hours.this_hour, verbose_name='wished for')),
                ('link_sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('confirmed_hour', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('welcome_sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_hour', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('supporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='newsletter_subscriptions', to='supporters.supporter', verbose_name='supporter')),
                ('wording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supporters.consentwording')),
                ('words', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supporters.consenttext')),
            ],
            options={
                'verbose_name': 'newsletter subscription',
                'verbose_name_plural': 'newsletter subscriptions',
                'permissions': [('export_newsletter', 'Can export the addresses of the newsletter')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_hour__isnull', True)), fields=('supporter',), name='one_open_newsletter_subscription')],
            },
        ),
    ]
