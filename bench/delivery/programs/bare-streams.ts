/**
 * The baselines of a fan-out: a server of Node's own that hears of a change in the same way, and tells every client. `PX0_BENCH_WAY` says how: `stringify`
 * makes the text for each client and writes it to its response, as one would begin; `loop` makes the bytes once and writes them to each socket.
 */
import { createServer, type ServerResponse } from 'node:http';
import { connect } from '@nats-io/transport-node';
import { decodeEvent, stateSubject } from '@px0/contracts';

const { NATS_URL = '', PX0_BENCH_TEAM: team, PX0_BENCH_WAY: way } = process.env;
const responses = new Set<ServerResponse>();

interface Change {
  readonly put: object;
  readonly mark: object;
}

function events({ put, mark }: Change): string {
  return `event: put\ndata: ${JSON.stringify(put)}\n\nid: bench\nevent: mark\ndata: ${JSON.stringify(mark)}\n\n`;
}

function tell(change: Change): void {
  if (way === 'stringify') {
    for (const response of responses) response.write(events(change));
    return;
  }
  const text = Buffer.from(events(change));
  const bytes = Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`), text, Buffer.from('\r\n')]);
  for (const { socket } of responses) socket?.write(bytes);
}

const server = createServer((_request, response) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.write('event: sync\ndata: {}\n\n');
  responses.add(response);
  response.once('close', () => responses.delete(response));
});

const nats = await connect({ servers: NATS_URL });
nats.subscribe(stateSubject('prompt', '*'), {
  callback: (error, message) => {
    if (error !== null) throw error;
    const event = decodeEvent(message.subject, message.string());
    if (event.name !== 'prompt' || event.state === undefined || event.state.team_id !== team) return;
    const { slug, status, created_at, live, tags } = event.state;
    const version = { version: live?.number, status: 'live', template: live?.template, language: 1 };
    const prompt = {
      id: event.id,
      slug,
      status,
      created_at,
      live: live?.number,
      tags,
      versions: [version],
      etag: '9f3c5a0d11223344',
    };
    const revision = `cHgwOjE3ODA6${String(event.revision).padStart(8, '0')}`;
    const marked = { team_id: team, prev: revision, revision, digest: '9f3c5a0d11223344', count: 1 };
    tell({
      put: { type: 'put', team_id: team, revision, prompt },
      mark: { type: 'mark', revision, teams: [marked] },
    });
  },
});
server.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
