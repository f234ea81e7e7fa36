#!/bin/sh
# Signs in at a gateway and calls an app: sh sign-in.sh https://gateway.example.com https://wiki.example.com/pages
device=${1:?the address of the gateway}/oauth2/device; shift
value() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
answer=$(curl -fsS "$device/code" -d client_id=terminal) || exit 1
code=$(value device_code) pause=$(value interval)
echo "Open $(value verification_uri) in a browser and enter $(value user_code)" >&2
while sleep "$pause"; do
  answer=$(echo "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=$code" | curl -sS "$device/token" -d @-) || exit 1
  case $(value error) in authorization_pending) ;; slow_down) pause=$((pause + 5)) ;; '') break ;; *) value error >&2; exit 1 ;; esac
done
if [ $# -gt 0 ]; then echo "Authorization: Bearer $(value access_token)" | curl -sS -H @- "$@"; else value access_token; fi
