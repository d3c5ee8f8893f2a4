import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { eventually, ownNats, ownPostgres, TcpProxy, testBus, testDatabase } from './mod.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the servers of a run', () => {
  it('give each caller an empty database of its own', async () => {
    const first = await testDatabase();
    const second = await testDatabase();
    await query(first.url, 'CREATE TABLE seen (id int)');
    expect(await query(second.url, `SELECT to_regclass('seen') AS seen`)).toEqual([{ seen: null }]);
    await first.drop();
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('does not exist');
    await second.drop();
  });

  it('take messages of the size that px0 needs', async () => {
    const { servers } = await testBus();
    const connection = await connect({ servers });
    expect(connection.info?.max_payload).toBe(8 * 1024 * 1024);
    await connection.close();
  });
});

describe('a NATS server of the test’s own', () => {
  it('comes back on the same port with its streams after a crash, without them after a wipe, with old ones from a copy', async () => {
    await using nats = await ownNats();
    const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
    const manager = await jetstreamManager(connection, { timeout: 5_000 });
    await manager.streams.add({ name: 'kept', subjects: ['kept.>'] });
    const client = jetstream(connection, { timeout: 5_000 });
    await client.publish('kept.1', 'one');
    const lastSequence = async () => (await manager.streams.info('kept')).state.last_seq;

    const copy = await nats.copyStore();
    // With an id, because a publish whose answer was lost is stored already.
    await eventually(async () => await client.publish('kept.2', 'two', { msgID: 'two' }));
    await nats.kill();
    await nats.start();
    await eventually(async () => (await lastSequence()) === 2);

    await nats.stop();
    await nats.restoreStore(copy);
    await nats.start();
    await eventually(async () => (await lastSequence()) === 1);

    await nats.stop();
    await nats.wipe();
    expect(await readdir(nats.folder)).not.toContain('nats');
    await nats.start();
    await eventually(async () => {
      await connection.flush();
      await expect(manager.streams.info('kept')).rejects.toThrow('stream not found');
      return true;
    });
    await connection.close();
  });

  it('answers nothing while it is paused', async () => {
    await using nats = await ownNats();
    const connection = await connect({ servers: nats.url });
    await nats.pause();
    const answered = connection.flush().then(() => 'answered');
    const silence = new Promise((resolve) => setTimeout(resolve, 200, 'silent'));
    expect(await Promise.race([answered, silence])).toBe('silent');
    nats.resume();
    expect(await answered).toBe('answered');
    await connection.close();
  });
});

describe('a Postgres server of the test’s own', () => {
  it('keeps its data and its URL over a crash', async () => {
    await using postgres = await ownPostgres();
    const { url } = postgres;
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id');
    await postgres.kill();
    await expect(query(url, 'SELECT 1')).rejects.toThrow();
    await postgres.start();
    expect(postgres.url).toBe(url);
    expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });
});

describe('a proxy', () => {
  it('hands bytes on in order, ends connections when it is cut, and takes new ones when it is healed', async () => {
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const address = echo.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const proxy = await TcpProxy.start(address.port);
    const open = () => {
      let text = '';
      const socket = connectTcp(proxy.port, '127.0.0.1').setEncoding('utf8');
      socket
        .on('error', () => undefined)
        .on('data', (chunk: string) => {
          text += chunk;
        });
      return { socket, text: () => text };
    };

    const first = open();
    proxy.delay(2);
    for (const letter of 'abcdef') first.socket.write(letter);
    await eventually(() => first.text() === 'abcdef');

    proxy.cut();
    await eventually(() => first.socket.closed);
    const refused = open();
    await eventually(() => refused.socket.closed);

    proxy.heal();
    const second = open();
    second.socket.write('again');
    await eventually(() => second.text() === 'again');
    await proxy.close();
    await eventually(() => second.socket.closed);
    echo.close();
  });
});

describe('eventually', () => {
  it('says what was awaited and why the last try failed', async () => {
    const never = () => {
      throw new Error('still wrong');
    };
    await expect(eventually(never, { timeoutMs: 50, what: 'the end' })).rejects.toThrow(
      'the end was not met within 50 ms: still wrong',
    );
  });
});
