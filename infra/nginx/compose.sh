#!/bin/sh
# In the nginx container of compose.yaml: nginx/zuimei.conf with this site's name, and the app's containers for its processes.
set -eu
host=${PUBLIC_HOST:?}
sed -e "s/vote\.example\.gov\.cn/$host/g" \
    -e 's/server 127\.0\.0\.1:8081 max_fails/server app:8080 resolve max_fails/' \
    -e '/server 127\.0\.0\.1:8082/d' \
    -e 's/^upstream zuimei_app {/resolver 127.0.0.11 valid=5s;\nupstream zuimei_app {\n    zone zuimei_app 64k;/' \
    -e 's#/var/log/nginx/zuimei.log#/dev/stdout#; s#/var/log/nginx/zuimei.error.log#/dev/stderr#' \
    /etc/nginx/zuimei.conf.in > /etc/nginx/conf.d/default.conf
