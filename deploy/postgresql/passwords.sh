#!/bin/sh
# In the container, once: the passwords of the site and of the owner of the tables. On a host the
# system's users are the passwords.
set -eu
psql --username postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --set site="$(cat /run/secrets/postgres-site)" \
    --set owner="$(cat /run/secrets/postgres-owner)" <<'SQL'
ALTER ROLE campaign PASSWORD :'site';
ALTER ROLE campaign_owner PASSWORD :'owner';
SQL
