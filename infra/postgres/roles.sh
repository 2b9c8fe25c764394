#!/bin/sh
# In the postgres container of compose.yaml, once, when its volume is empty: the app's own role. What it may do is written by the migration.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'END'
\getenv password APP_PASSWORD
create role zuimei login password :'password';
END
