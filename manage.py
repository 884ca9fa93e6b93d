#!/usr/bin/env python
"""Django's command-line utility; uses the development settings unless told otherwise."""

import os
import sys

from django.core.management import execute_from_command_line

# Commands that need nothing of the site, and start quickly without it.
WITHOUT_SITE = {"read_statement": "campaign_site.settings.reading"}

if __name__ == "__main__":
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    usual = WITHOUT_SITE.get(command, "campaign_site.settings.development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", usual)
    execute_from_command_line(sys.argv)
