/** What each user of the NATS servers may do, tried on Debian's server and on the release that production runs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { stateSubject } from '@px0/contracts';
import { type BusUser, connectBus, Names } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import type { OwnNats } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFile } from '../../scripts/generate/compose-file.ts';
import { environmentOf, natsWithUsers, passwordOf, refusals } from './nats-users.ts';
import { tool } from './tools.ts';

const names = new Names('');
const [STATE, BODY, USAGE] = [names.stream('state'), names.stream('body'), names.stream('usage')];
const refused = /permissions violation/i;

describe.each([
  { release: 'the machine’s own nats-server', program: async () => undefined },
  { release: 'the nats-server of production', program: () => tool('nats-server') },
])('on $release', ({ program }) => {
  let nats: OwnNats;
  const connections: NatsConnection[] = [];

  async function as(user: BusUser, inboxPrefix = environmentOf(user)['NATS_INBOX_PREFIX'] ?? '') {
    const connection = await connect({ servers: nats.url, user, pass: passwordOf(user), inboxPrefix });
    connections.push(connection);
    return {
      connection,
      js: jetstream(connection, { timeout: 20_000 }),
      manager: await jetstreamManager(connection, { timeout: 20_000, checkAPI: false }),
    };
  }

  beforeAll(async () => {
    nats = await natsWithUsers(await program());
    const {
      NATS_USER: user,
      NATS_PASSWORD: pass,
      NATS_INBOX_PREFIX: inboxPrefix,
    } = environmentOf('identity');
    const bus = await connectBus({
      servers: nats.url,
      name: 'owner',
      streamPrefix: '',
      logger: silentLogger(),
      user,
      pass,
      inboxPrefix,
    });
    await bus.close();
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await nats?.close();
  });

  it.each([
    ['identity', stateSubject('user', '1')],
    ['tenancy', stateSubject('team', '1')],
    ['prompt-registry', stateSubject('prompt', '1')],
    ['prompt-registry', 'px0.body.1.1'],
    ['identity', stateSubject('epoch', 'current')],
    ['render', 'px0.usage.1'],
    ['maintenance', stateSubject('tenancyComplete', 'tenancy')],
  ] as const)('%s publishes %s', async (user, subject) => {
    const { js } = await as(user);
    expect((await js.publish(subject, '{}')).seq).toBeGreaterThan(0);
  });

  it.each([
    ['prompt-registry', stateSubject('user', '1')],
    ['prompt-registry', stateSubject('team', '1')],
    ['tenancy', stateSubject('apiKey', '1')],
    ['tenancy', stateSubject('prompt', '1')],
    ['tenancy', 'px0.body.1.1'],
    ['identity', stateSubject('membership', '1.2')],
    ['identity', 'px0.usage.1'],
    ['render', stateSubject('prompt', '1')],
    ['render', stateSubject('signingKey', '1')],
    ['render', stateSubject('epoch', 'current')],
    ['render', 'px0.body.1.1'],
    ['maintenance', stateSubject('user', '1')],
    ['identity', '_INBOX_render.guessed'],
    ['render', '$SYS.REQ.SERVER.PING'],
  ] as const)('%s may not publish %s', async (user, subject) => {
    const { js } = await as(user);
    await expect(js.publish(subject, '{}')).rejects.toThrow(refused);
  });

  it.each(['identity', 'tenancy', 'prompt-registry', 'render'] as const)(
    '%s may neither delete, purge nor change a stream, nor list others’ consumers',
    async (user) => {
      const { manager } = await as(user);
      await expect(manager.streams.delete(STATE)).rejects.toThrow(refused);
      await expect(manager.streams.purge(STATE)).rejects.toThrow(refused);
      await expect(manager.streams.deleteMessage(STATE, 1)).rejects.toThrow(refused);
      await expect(manager.streams.update(BODY, { max_msgs: 1 })).rejects.toThrow(refused);
      await expect(manager.streams.add({ name: 'OTHER', subjects: ['other.>'] })).rejects.toThrow(refused);
      await expect(manager.consumers.list(STATE).next()).rejects.toThrow(refused);
    },
  );

  it('creating a stream that exists changes nothing of it', async () => {
    const { manager } = await as('render');
    const before = await manager.streams.info(STATE);
    await expect(
      manager.streams.add({ name: STATE, subjects: ['px0.state.>'], max_msgs_per_subject: 1 }),
    ).rejects.toThrow(/already in use/);
    expect((await manager.streams.info(STATE)).config).toEqual(before.config);
  });

  it('a service consumes the usage by its own consumer only', async () => {
    const { manager } = await as('identity');
    await expect(manager.consumers.info(USAGE, 'registry-usage')).rejects.toThrow(refused);
    await expect(manager.consumers.delete(USAGE, 'registry-usage')).rejects.toThrow(refused);
    const { manager: renders } = await as('render');
    await expect(
      renders.consumers.add(USAGE, { durable_name: 'registry-usage', filter_subject: 'px0.usage.>' }),
    ).rejects.toThrow(refused);
  });

  it('nobody hears what is sent to another’s inbox, or the state past the stream', async () => {
    const { connection } = await as('render');
    const errors: string[] = [];
    for (const subject of ['_INBOX_identity.>', '_INBOX.>', 'px0.state.>', '>']) {
      connection.subscribe(subject, { callback: (error) => void errors.push(error?.message ?? 'a message') });
    }
    await connection.flush();
    await connection.flush();
    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toMatch(refused);
  });

  it('a wrong password, and no user at all, get no connection', async () => {
    const options = { servers: nats.url, reconnect: false };
    await expect(connect({ ...options, user: 'identity', pass: 'guessed' })).rejects.toThrow(
      /authorization/i,
    );
    await expect(connect(options)).rejects.toThrow(/authorization/i);
  });

  it('maintenance purges, tunes and deletes', async () => {
    const { manager } = await as('maintenance');
    await manager.streams.update(USAGE, { max_bytes: 1_000_000 });
    expect(
      (await manager.streams.purge(STATE, { filter: stateSubject('user', '1') })).purged,
    ).toBeGreaterThan(0);
    expect(await manager.streams.delete(USAGE)).toBe(true);
    // Everything that was refused above was refused by the server, and is in its log for an operator to see.
    expect((await refusals(nats)).length).toBeGreaterThan(20);
  });
});

it('compose’s own configuration of the server is one that the pinned release accepts', async () => {
  const passwords = Object.entries(composeFile().services['nats']?.environment ?? {}).map(
    ([name, value]) => [name, /:-([^}]*)\}/.exec(value ?? '')?.[1] ?? ''] as const,
  );
  expect(passwords.length).toBe(6);
  const checked = await promisify(execFile)(
    await tool('nats-server'),
    ['-t', '-c', join(import.meta.dirname, '..', 'nats', 'compose.conf')],
    { env: Object.fromEntries(passwords) },
  );
  expect(checked.stderr).toContain('is valid');
});
