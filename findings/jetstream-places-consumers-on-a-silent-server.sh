#!/usr/bin/env bash
# nats-server 2.9.25 and 2.12.8: a cluster goes on placing consumers on a server that it knows to be silent. A third of the requests to create one
# get no answer, not even an error, and neither does any repetition under the same name. 2.15.1 places them on the servers that answer.
#
# A stream of three copies outlives the loss of one server, and the leader says so: the server that stands still is shown as not current. A
# consumer of one copy, as ordered consumers and other ephemeral ones have, is placed by lot all the same, on any server that was
# not seen to shut down. A process that stands still, or whose network is cut, never says so. The client's default is an error after 5 s;
# code that asks again under its own name, to be safe from duplicates, asks the same silent server again.
#
# Run: three servers, of which one that leads nothing is stopped by SIGSTOP. 10 s later, while messages are stored as before, 30 consumers are
# asked for, one after the other, each for 2 s, and the first one without an answer once more. Output on Node.js 20 and 24, with servers built by
# Go 1.26 (`go` must be installed):
expected='2.9.25: stopped server current: false, messages stored: 30 of 30, consumers without an answer: some, asked for again: no answer
2.12.8: stopped server current: false, messages stored: 30 of 30, consumers without an answer: some, asked for again: no answer
2.15.1: stopped server current: false, messages stored: 30 of 30, consumers without an answer: none'

set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0
cat >run.mjs <<'JS'
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const [binary, first] = [process.argv[2], Number(process.argv[3])];
const names = ['a', 'b', 'c'];
const port = (name, kind) => first + names.indexOf(name) * 3 + kind;
const routes = names.map((name) => `"nats://127.0.0.1:${port(name, 1)}"`).join(', ');
const servers = new Map(names.map((name) => [name, start(name)]));
process.on('exit', () => {
  for (const server of servers.values()) server.kill('SIGKILL');
});

function start(name) {
  const file = `${binary}-${name}.conf`;
  writeFileSync(
    file,
    `server_name: ${name}, listen: "127.0.0.1:${port(name, 0)}", http: "127.0.0.1:${port(name, 2)}"
     jetstream { store_dir: "${binary}-${name}" }
     cluster { name: "three", listen: "127.0.0.1:${port(name, 1)}", routes: [${routes}] }`,
  );
  return spawn(binary, ['-c', file], { stdio: 'ignore' });
}

async function until(ask) {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await sleep(200);
  }
  throw new Error('the cluster did not start');
}

async function managerOn(name) {
  const connection = await connect({ servers: `127.0.0.1:${port(name, 0)}` });
  return { connection, manager: await jetstreamManager(connection, { timeout: 2_000, checkAPI: false }) };
}

/** The servers that lead the cluster and the stream. */
async function leaders() {
  const ask = await fetch(`http://127.0.0.1:${port('a', 2)}/jsz`);
  const { meta_cluster: cluster } = await ask.json();
  const { connection, manager } = await managerOn('a');
  try {
    await manager.streams.add({ name: 'S', subjects: ['s'], num_replicas: 3 });
    const stream = (await manager.streams.info('S')).cluster;
    const settled = stream.replicas?.length === 2 && stream.replicas.every(({ current }) => current);
    return settled && cluster.leader && stream.leader ? [cluster.leader, stream.leader] : undefined;
  } finally {
    await connection.close();
  }
}

const leading = await until(leaders);
const stopped = names.find((name) => !leading.includes(name));
const { connection, manager } = await managerOn(leading[0]);
const js = jetstream(connection);
const consumer = (name) => ({ name, ack_policy: AckPolicy.None, num_replicas: 1, mem_storage: true });
servers.get(stopped).kill('SIGSTOP');
await sleep(10_000);
let stored = 0;
const unanswered = [];
for (let number = 1; number <= 30; number += 1) {
  stored += await js.publish('s').then(() => 1, () => 0);
  await manager.consumers.add('S', consumer(`c${number}`)).catch(() => unanswered.push(`c${number}`));
}
const { replicas } = (await manager.streams.info('S')).cluster;
const seen = [
  `stopped server current: ${replicas.find(({ name }) => name === stopped).current}`,
  `messages stored: ${stored} of 30`,
  `consumers without an answer: ${unanswered.length > 0 ? 'some' : 'none'}`,
];
if (unanswered.length > 0) {
  const again = manager.consumers.add('S', consumer(unanswered[0]));
  seen.push(`asked for again: ${await again.then(() => 'created', () => 'no answer')}`);
}
console.log(`${connection.info.version}: ${seen.join(', ')}`);
process.exit(0);
JS
for version in 2.9.25 2.12.8 2.15.1; do
  GOPATH=$folder/go GOBIN=$folder/$version go install "github.com/nats-io/nats-server/v2@v$version" 2>install.log || { cat install.log; exit 1; }
  node run.mjs "$folder/$version/nats-server" $((15000 + RANDOM % 10000)) | tee -a output
done
[[ $(<output) == "$expected" ]] || { echo 'one of the servers behaves differently now'; exit 1; }
