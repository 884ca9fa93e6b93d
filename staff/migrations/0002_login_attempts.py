from django.db import migrations


class Migration(migrations.Migration):
    """The table of Django's database cache in which wrong passwords and used codes are counted.

    Its shape is that of ``createcachetable``; see ``staff.login.shared_cache``.
    """

    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE TABLE staff_login_attempts (
                    cache_key varchar(255) PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                );
                CREATE INDEX staff_login_attempts_expires ON staff_login_attempts (expires);
            """,
            reverse_sql="DROP TABLE staff_login_attempts;",
        )
    ]
