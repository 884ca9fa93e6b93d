"""Save the campaign's site and bring it back: database, files, and the list of erasures.

Runs on a plain Debian server with its Python alone (3.11 or later), as root or as the one user
that everything belongs to; a restore needs nothing of the site.
"""
