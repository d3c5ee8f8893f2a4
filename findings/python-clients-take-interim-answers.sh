#!/usr/bin/env bash
# urllib3 2.8.0, requests 2.34.2 and openapi-generator's Python clients, which are built on urllib3, take an interim answer 102 or 103 for the
# answer: status 102 or 103, an empty body, no error. httpx 0.28.1, aiohttp 3.14.5, undici 7.16.0 and Node's http wait for what follows.
#
# HTTP lets a server send any number of 1xx answers before the final one, and obliges clients to pass over those that they do not know.
# Python's http.client, on which urllib3 sits, passes over 100 only. A server or a proxy that begins to announce slow work by 102, or assets by
# 103, therefore breaks these clients, and httpx beside them in the same process hides that from whoever tests with it.
#
# Run: a server on the loopback that answers 102 (then 103), then 200 with a body. Output on Python 3.11 and Node.js 20 and 24:
expected='102: urllib3 102 "", requests 102 "", httpx 200 "done", aiohttp 200 "done", undici 200 "done", node:http 200 "done"
103: urllib3 103 "", requests 103 "", httpx 200 "done", aiohttp 200 "done", undici 200 "done", node:http 200 "done"'

set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check urllib3==2.8.0 requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.16.0
cat >server.py <<'PY'
import socketserver


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        code = self.rfile.readline().split()[1][1:].decode()
        while self.rfile.readline().strip():
            pass
        self.wfile.write(f"HTTP/1.1 {code} Interim\r\n\r\n".encode())
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
PY
cat >clients.py <<'PY'
import asyncio
import sys

import aiohttp
import httpx
import requests
import urllib3

url = sys.argv[1]


async def with_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


answer = urllib3.PoolManager().request("GET", url)
seen = [("urllib3", answer.status, answer.data.decode())]
answer = requests.get(url)
seen.append(("requests", answer.status_code, answer.text))
answer = httpx.get(url)
seen.append(("httpx", answer.status_code, answer.text))
seen.append(("aiohttp", *asyncio.run(with_aiohttp())))
print(", ".join(f'{name} {status} "{text}"' for name, status, text in seen), end=", ")
PY
cat >clients.mjs <<'JS'
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { request } from 'undici';

const url = process.argv[2];
const { statusCode, body } = await request(url);
const answer = await new Promise((resolve) => get(url, resolve));
console.log(`undici ${statusCode} "${await body.text()}", node:http ${answer.statusCode} "${await text(answer)}"`);
JS
python3 server.py >port &
server=$!
until [[ -s port ]]; do sleep 0.1; done
for code in 102 103; do
  { printf '%s: ' "$code"; venv/bin/python clients.py "http://127.0.0.1:$(<port)/$code"; node clients.mjs "http://127.0.0.1:$(<port)/$code"; } | tee -a output
done
[[ $(<output) == "$expected" ]] || { echo 'one of the clients behaves differently now'; exit 1; }
