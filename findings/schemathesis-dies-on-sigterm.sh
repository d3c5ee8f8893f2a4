#!/usr/bin/env bash
# Schemathesis 4.32.5: a run that is ended by SIGTERM reports nothing of what it has found, and leaves a HAR report that is no JSON.
#
# Its event `Interrupted` is described as "Ctrl-C, or a received SIGTERM", and a run that gets SIGINT ends as one hopes: the failures found so far
# are printed, the report is closed, the exit code is 130. Yet nothing listens for SIGTERM, which is what `timeout`, CI runners, containers and
# `child_process` send: the process dies at once with 143, prints no failure, and the HAR file ends behind its last entry.
#
# Output:
expected='SIGINT: exit code 130, failures printed, report is JSON
SIGTERM: exit code 143, no failures printed, report is not JSON'

set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5
cat >api.json <<'JSON'
{
  "openapi": "3.0.3",
  "info": { "title": "Things", "version": "1" },
  "paths": {
    "/broken": { "get": { "responses": { "200": { "description": "never" } } } },
    "/slow": {
      "get": {
        "parameters": [{ "name": "q", "in": "query", "schema": { "type": "string" } }],
        "responses": { "200": { "description": "late" } }
      }
    }
  }
}
JSON
cat >server.py <<'PY'
"""Answers /broken with a 500 at once, and /slow with a 200 after half a second."""
import http.server
import time


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_slow = self.path.startswith('/slow')
        if is_slow:
            time.sleep(0.5)
            open('slow-was-asked', 'a').write('x')
        self.send_response(200 if is_slow else 500)
        self.send_header('content-length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 server.py >port & server=$!
until [[ -s port ]]; do sleep 0.1; done

# A shell starts background jobs with SIGINT ignored, and Python keeps that: a process of its own gives it back.
cat >run.py <<'PY'
import json
import signal
import subprocess
import sys
import time

name, url = sys.argv[1], sys.argv[2]
open('slow-was-asked', 'w').close()
run = subprocess.Popen(
    ['venv/bin/st', 'run', 'api.json', '--url', url, '--phases', 'fuzzing', '--max-examples', '1000', '--workers', '1',
     '--report', 'har', '--report-har-path', f'{name}.har'],
    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
while len(open('slow-was-asked').read()) < 4 and run.poll() is None:
    time.sleep(0.1)
run.send_signal(getattr(signal, name))
printed, _ = run.communicate(timeout=120)
code = run.returncode if run.returncode >= 0 else 128 - run.returncode
try:
    json.load(open(f'{name}.har'))
    report = 'JSON'
except ValueError:
    report = 'not JSON'
failures = 'failures' if 'Server error' in printed else 'no failures'
print(f'{name}: exit code {code}, {failures} printed, report is {report}')
PY
url=http://127.0.0.1:$(cat port)
seen=$(python3 run.py SIGINT "$url"; python3 run.py SIGTERM "$url")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { echo 'Schemathesis 4.32.5 behaves differently now'; exit 1; }
