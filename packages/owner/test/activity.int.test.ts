/** The stream of activity, on a real Postgres and a real NATS: each chain in its order, once, and again where a stream is new. */
import { randomUUID } from 'node:crypto';
import { activitySubject } from '@px0/contracts';
import { type Bus, BusUnavailableError } from '@px0/event-bus/internal';
import { testBus } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActivityPublisher } from '../src/audit/activity.ts';
import { Sealer } from '../src/audit/sealer.ts';
import { type AuditTables, insertEntry, openAudit } from './audit-support.ts';
import { closer, logger, openBus } from './support.ts';

let cleanups = closer();
let tables: AuditTables;
let bus: Bus;
let orgId: string;

beforeEach(async () => {
  cleanups = closer();
  bus = await openBus(await testBus(), cleanups);
  tables = await openAudit(cleanups);
  orgId = randomUUID();
});
afterEach(() => cleanups.run());

const publisherOf = (over: Bus = bus) =>
  new ActivityPublisher({ context: 'registry', client: tables.client, bus: over, logger });

async function seal(...at: (string | undefined)[]): Promise<void> {
  for (const time of at) await insertEntry(tables.pool, { orgId, ...(time !== undefined && { at: time }) });
  const sealer = new Sealer({
    context: 'registry',
    client: tables.client,
    organizationOf: () => undefined,
    logger,
  });
  while ((await sealer.step()) === 'more');
  await sealer.stop();
}

interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly number: number; readonly hash: string };
}

/** All messages of the chain, in the stream's order. */
async function messages(): Promise<Message[]> {
  const subject = activitySubject('registry', orgId);
  const found: Message[] = [];
  const last = (await bus.streamFacts('activity'))?.lastSequence ?? 0;
  for (let sequence = 1; sequence <= last; sequence++) {
    const message = await bus.messageAt('activity', sequence);
    if (message?.subject === subject) found.push(JSON.parse(message.text));
  }
  return found;
}

const numbers = async () => (await messages()).map(({ data }) => data.number);

async function published(): Promise<number> {
  const { rows } = await tables.pool.query<{ number: number }>(
    'SELECT published_number::int AS number FROM audit_heads WHERE org_id = $1',
    [orgId],
  );
  return rows[0]?.number ?? 0;
}

describe('activity', () => {
  it('is each entry of a chain in its order, once', async () => {
    await seal(undefined, undefined);
    const publisher = publisherOf();
    await publisher.step();
    await seal(undefined);
    await publisher.step();
    await publisherOf().step();
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(await published()).toBe(3);
    const [first] = await messages();
    expect(first).toMatchObject({
      id: `registry.${orgId}.1`,
      type: 'px0.registry.prompt.created',
      source: '/px0/registry',
      subject: activitySubject('registry', orgId),
      data: { org_id: orgId, context: 'registry', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(first?.data).not.toHaveProperty('text');
  });

  it('publishes nothing twice when a process is killed before it has noted what was acknowledged', async () => {
    await seal(undefined, undefined, undefined);
    for (const lost of [0, 1, 2]) {
      await publisherOf().step();
      await tables.pool.query('UPDATE audit_heads SET published_number = $1', [lost]);
    }
    await publisherOf().step();
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(await published()).toBe(3);
  });

  it('is published once by two processes at a time', async () => {
    await seal(...Array.from({ length: 40 }, () => undefined));
    const outcomes = await Promise.allSettled([publisherOf().step(), publisherOf().step()]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await publisherOf().step();
    expect(await numbers()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('stays behind while NATS does not answer, and goes on where it stopped', async () => {
    await seal(undefined, undefined, undefined);
    let left = 1;
    const failing = new Proxy(bus, {
      get: (target, name) => {
        if (name === 'publish' && left-- === 0) return () => Promise.reject(new BusUnavailableError('away'));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const publisher = publisherOf(failing);
    await expect(publisher.step()).rejects.toThrow('away');
    expect(await published()).toBe(1);
    await publisher.step();
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('comes again where the stream is a new one, but for what is older than it would keep', async () => {
    const old = new Date(Date.now() - 9 * 86_400_000).toISOString();
    await seal(old, old, undefined, undefined);
    const publisher = publisherOf();
    await publisher.step();
    expect(await numbers()).toEqual([3, 4]);
    await bus.deleteStreams(['activity']);
    publisher.lookAtStream();
    await publisher.step();
    expect(await numbers()).toEqual([3, 4]);
    await publisher.stop();
  });

  it('takes what a database wrote after it had gone back for new', async () => {
    await seal(undefined, undefined, undefined);
    await publisherOf().step();
    await tables.pool.query('DELETE FROM audit_chain WHERE number > 1');
    await tables.pool.query(
      `UPDATE audit_heads h SET number = 1, published_number = 1, hash = c.hash FROM audit_chain c WHERE c.org_id = h.org_id`,
    );
    await seal(undefined);
    await publisherOf().step();
    expect(await numbers()).toEqual([1, 2, 3, 2]);
  });
});
