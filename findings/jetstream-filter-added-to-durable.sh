#!/usr/bin/env bash
# nats-server 2.9.10 with @nats-io/jetstream 3.4.0: a durable consumer that gets a filter later receives nothing any more, although the filter
# matches every message; and `consumers.add` with other settings than the durable's is an update in 2.9.10, an error in 2.12.1.
#
# The client sends `add` as a request to create. Server 2.9.10 takes it for an update when the durable exists. After the update the consumer
# counts each new message as one that its filter passed over: `fetch` returns nothing and `num_pending` is 0, so no gauge shows the loss.
# A service that hands its wanted settings to `add` at each start, a common way to make sure that a consumer exists, therefore stops to
# receive after a release that adds a filter. In 2.12.1 the same `add` is refused with 10148, and `update` with the same filter works.
#
# Run: one message to a durable without a filter, then the filter `u.>` by `add` and by `update`, with one message after each. Output on
# Node.js 20 and 24, with servers built by Go 1.26 (`go` must be installed):
expected='2.9.10: before 1, add accepted, then 0, update accepted, then 0, pending 0
2.12.1: before 1, add refused with 10148, then 1, update accepted, then 1, pending 0'

set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0
cat >run.mjs <<'JS'
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const connection = await connect({ servers: process.argv[2], waitOnFirstConnect: true });
const manager = await jetstreamManager(connection);
const js = jetstream(connection);
const durable = { durable_name: 'd', ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
const filter = { filter_subject: 'u.>' };

async function received() {
  await js.publish('u.a', 'message');
  const messages = await (await js.consumers.get('S', 'd')).fetch({ max_messages: 10, expires: 2_000 });
  let count = 0;
  for await (const message of messages) {
    message.ack();
    count += 1;
  }
  return count;
}

const outcome = (attempt) => attempt.then(() => 'accepted', ({ code }) => `refused with ${code}`);

await manager.streams.add({ name: 'S', subjects: ['u.>'] });
await manager.consumers.add('S', durable);
const seen = [`before ${await received()}`];
seen.push(`add ${await outcome(manager.consumers.add('S', { ...durable, ...filter }))}`, `then ${await received()}`);
seen.push(`update ${await outcome(manager.consumers.update('S', 'd', filter))}`, `then ${await received()}`);
seen.push(`pending ${(await manager.consumers.info('S', 'd')).num_pending}`);
console.log(`${connection.info.version}: ${seen.join(', ')}`);
await connection.close();
JS
for version in 2.9.10 2.12.1; do
  GOPATH=$folder/go GOBIN=$folder/$version go install "github.com/nats-io/nats-server/v2@v$version" 2>install.log || { cat install.log; exit 1; }
  port=$((15000 + RANDOM % 10000))
  "$folder/$version/nats-server" -js -sd "$folder/store-$version" -a 127.0.0.1 -p "$port" >/dev/null 2>&1 &
  server=$!
  node run.mjs "nats://127.0.0.1:$port" | tee -a output
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
done
[[ $(<output) == "$expected" ]] || { echo 'one of the servers behaves differently now'; exit 1; }
