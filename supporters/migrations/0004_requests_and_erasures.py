import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import campaign_site.encryption
import campaign_site.hours
import supporters.models.export


class Migration(migrations.Migration):
    dependencies = [("supporters", "0003_wordings_and_newsletter")]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('export', 'copy of the data'), ('erasure', 'erasure'), ('other', 'something else')], max_length=20, verbose_name='kind')),
                ('source', models.CharField(choices=[('site', 'on the site'), ('staff', 'entered by staff')], default='staff', editable=False, max_length=20, verbose_name='source')),
                ('received_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='received on')),
                ('due_on', models.DateField(blank=True, verbose_name='to be answered by')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                ('note', campaign_site.encryption.EncryptedTextField(blank=True, verbose_name='note')),
                ('supporter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='data_requests', to='supporters.supporter', verbose_name='supporter')),
            ],
            options={
                'verbose_name': 'request',
                'verbose_name_plural': 'requests',
                'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('received_on'))), name='request_is_due_after_it_came')],
            },
        ),
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('file_name', models.CharField(default=supporters.models.export.random_file_name, editable=False, max_length=40, unique=True)),
                ('link_version', models.PositiveIntegerField(default=1, editable=False)),
                ('asked_hour', models.DateTimeField(default=campaign_site.hours.this_hour, editable=False, verbose_name='asked for')),
                ('made_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='made')),
                ('expires_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='expires')),
                ('link_sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('supporter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to='supporters.supporter')),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='export', to='supporters.datarequest')),
            ],
            options={
                'verbose_name': 'copy of the data',
                'verbose_name_plural': 'copies of the data',
                'constraints': [models.UniqueConstraint(fields=('supporter', 'asked_hour'), name='one_export_per_person_and_hour')],
            },
        ),
        migrations.CreateModel(
            name='ErasureRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(editable=False, max_length=64)),
                ('erased_hour', models.DateTimeField(default=campaign_site.hours.this_hour, editable=False, verbose_name='erased')),
            ],
            options={
                'verbose_name': 'erasure',
                'verbose_name_plural': 'erasures',
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('address_hash', 'erased_hour'), name='one_erasure_per_person_and_hour')],
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='erasure',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='supporters.erasurerecord', verbose_name='erasure of the person'),
        ),
    ]
