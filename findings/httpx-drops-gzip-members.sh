#!/usr/bin/env bash
# httpx 0.28.1 and its successor httpx2 2.16.2 give the first member of a gzip body and drop the rest: no error, and a stream stays silent until
# the server ends it. requests 2.34.2, aiohttp 3.14.5, Node's fetch and undici 7.16.0 give all of it.
#
# A gzip file is a series of members (RFC 1952, section 2.2). Joining members is how pieces that are compressed ahead of time, once for all
# readers, become one body. httpx decodes with one zlib object, which stops at the end of the first member and keeps what follows as
# unused data that nothing looks at. An event stream of one member per event is read to its end by the other clients, and has one event
# here. The packages of OpenAI, Anthropic and Google for Python use httpx2.
#
# Run: a server on the loopback sends the texts `one.` and `two.`, each a gzip member in a chunk of its own. Output on Python 3.11 and Node.js
# 20 and 24:
expected='httpx, whole: one.
httpx, stream: one.
httpx2, whole: one.
httpx2, stream: one.
requests, whole: one.two.
requests, stream: one.two.
aiohttp, whole: one.two.
aiohttp, stream: one.two.
fetch: one.two.
undici: one.two.'

set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 httpx2==2.16.2 requests==2.34.2 aiohttp==3.14.5
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.16.0
cat >server.py <<'PY'
import gzip
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for text in (b"one.", b"two."):
            member = gzip.compress(text)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(member), member))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
cat >clients.py <<'PY'
import asyncio
import sys

import aiohttp
import httpx
import httpx2
import requests

url = sys.argv[1]
for package in (httpx, httpx2):
    print(f"{package.__name__}, whole:", package.get(url).text)
    with package.stream("GET", url) as answer:
        print(f"{package.__name__}, stream:", b"".join(answer.iter_bytes()).decode())
print("requests, whole:", requests.get(url).text)
print("requests, stream:", b"".join(requests.get(url, stream=True).iter_content(None)).decode())


async def with_aiohttp():
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            print("aiohttp, whole:", await answer.text())
        async with session.get(url) as answer:
            print("aiohttp, stream:", b"".join([piece async for piece in answer.content.iter_any()]).decode())


asyncio.run(with_aiohttp())
PY
cat >clients.mjs <<'JS'
import { fetch as undiciFetch } from 'undici';

const url = process.argv[2];
console.log('fetch:', await (await fetch(url)).text());
console.log('undici:', await (await undiciFetch(url)).text());
JS
python3 server.py >port &
server=$!
until [[ -s port ]]; do sleep 0.1; done
{ venv/bin/python clients.py "http://127.0.0.1:$(<port)"; node clients.mjs "http://127.0.0.1:$(<port)"; } | tee output
[[ $(<output) == "$expected" ]] || { echo 'one of the clients behaves differently now'; exit 1; }
