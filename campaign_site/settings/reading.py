"""Just enough to read a bank statement on the command line: no database, no secret, no site.

Loading the whole site would take ten times as long as reading most statements.
"""

from campaign_site.settings.base import LANGUAGE_CODE, LANGUAGES, LOCALE_PATHS, TIME_ZONE  # noqa: F401

INSTALLED_APPS = ["donations.statements"]
