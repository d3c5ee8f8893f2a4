#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0: a client that has written more than the kernel's buffers hold never leaves a server that reads no more. Neither its
# own pings (pingInterval, maxPingOut) nor `reconnect()` help, with another server at hand.
#
# Both say that the connection is stale and then wait until what was written is sent before they close it: never, since the server is
# frozen. The client counts as connected and takes further messages meanwhile. With empty buffers both work, so a trial with a quiet client
# shows nothing.
#
# Run: two servers of a few lines; the first one greets, answers pings, and then reads no more. Output on Node.js 24 (20 s pass):
expected='quiet client, own pings: on server 2
client with 32 MiB to send, own pings: staleConnection reported, on server 1
client with 32 MiB to send, reconnect(): forceReconnect reported, on server 1
client with 32 MiB to send, socket destroyed: on server 2'

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0
cat >run.mjs <<'JS'
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';

async function serve() {
  const sockets = [];
  const server = createServer((socket) => {
    if (server.frozen) return;
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write('INFO {"server_id":"x","version":"2.10.0","proto":1,"headers":true,"max_payload":8388608}\r\n');
    socket.on('data', (data) => /PING\r\n/.test(data) && socket.write('PONG\r\n'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.freeze = () => {
    server.frozen = true;
    for (const socket of sockets) socket.pause();
  };
  return server;
}

async function trial(what, { bytes, options = {}, leave = () => undefined }) {
  const servers = [await serve(), await serve()];
  const names = servers.map((server) => `127.0.0.1:${server.address().port}`);
  const client = await connect({ servers: names, noRandomize: true, timeout: 1_000, maxReconnectAttempts: -1, ...options });
  const seen = [];
  (async () => {
    for await (const { type } of client.status()) seen.push(type);
  })();
  servers[0].freeze();
  for (let i = 0; i < bytes; i += 1_048_576) client.publish('x', new Uint8Array(1_048_576));
  await sleep(500);
  leave(client);
  await sleep(4_500);
  const reported = seen.filter((type) => /staleConnection|forceReconnect/.test(type));
  const at = names.indexOf(client.getServer()) + 1;
  console.log(`${what}: ${at === 1 ? `${reported[0]} reported, ` : ''}on server ${at}`);
}

const pings = { pingInterval: 500, maxPingOut: 2 };
await trial('quiet client, own pings', { bytes: 0, options: pings });
await trial('client with 32 MiB to send, own pings', { bytes: 33_554_432, options: pings });
await trial('client with 32 MiB to send, reconnect()', { bytes: 33_554_432, leave: (client) => client.reconnect() });
await trial('client with 32 MiB to send, socket destroyed', {
  bytes: 33_554_432,
  leave: (client) => client.protocol.transport.socket.destroy(),
});
process.exit(0);
JS
node run.mjs | tee output
[[ $(<output) == "$expected" ]] || { echo 'the package behaves differently now'; exit 1; }
