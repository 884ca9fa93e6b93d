import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import campaign_site.hours


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0004_requests_and_erasures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FailedMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task_name', models.CharField(max_length=128, verbose_name='mail')),
                ('arguments', models.JSONField(default=dict, verbose_name='about')),
                ('error', models.CharField(max_length=80, verbose_name='error')),
                ('failed_hour', models.DateTimeField(default=campaign_site.hours.this_hour, verbose_name='given up')),
                ('tried_again_at', models.DateTimeField(blank=True, null=True, verbose_name='tried again')),
            ],
            options={
                'verbose_name': 'failed mail',
                'verbose_name_plural': 'failed mails',
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='started at')),
                ('counts', models.JSONField(default=dict, editable=False, verbose_name='erased')),
                ('failures', models.JSONField(default=dict, editable=False, verbose_name='failures')),
            ],
            options={
                'verbose_name': 'nightly erasing',
                'verbose_name_plural': 'nightly erasing',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='ended_hour',
            field=models.DateTimeField(blank=True, null=True, verbose_name='over'),
        ),
        migrations.CreateModel(
            name='RetentionPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind of data')),
                ('days', models.PositiveIntegerField(verbose_name='days')),
                ('valid_from', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='set at')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'retention period',
                'verbose_name_plural': 'retention periods',
                'default_permissions': ('add', 'view'),
            },
        ),
    ]
