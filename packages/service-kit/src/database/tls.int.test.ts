/** What `sslmode` of DATABASE_URL does, on a real Postgres with TLS; the table in docs/operations/postgres.md says the same. */
import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OwnPostgres, ownPostgres } from '@px0/testing';
import pg from 'pg';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../logger.ts';
import { createPool } from './pool.ts';
import { refusalOf } from './refusal.ts';

let server: OwnPostgres;
/** The certificate authority that a client is told of, and one that signed nothing. */
let authority: string;
let stranger: string;

beforeAll(async () => {
  server = await ownPostgres();
  const data = join(server.folder, 'postgres');
  const own = await certificate('localhost');
  await give(join(data, 'server.crt'), own.cert);
  await give(join(data, 'server.key'), own.private);
  authority = join(server.folder, 'authority.pem');
  stranger = join(server.folder, 'stranger.pem');
  await writeFile(authority, own.cert);
  await writeFile(stranger, (await certificate('localhost')).cert);
  await asAdmin("alter system set ssl = 'on'", 'select pg_reload_conf()');
});

afterAll(() => server?.close());

async function certificate(name: string): Promise<{ cert: string; private: string }> {
  return await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
}

/** A file that belongs to the cluster's user, as Postgres demands of its key. */
async function give(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  const { uid, gid } = await stat(join(server.folder, 'postgres'));
  await chown(file, uid, gid);
}

async function asAdmin(...statements: readonly string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  for (const statement of statements) await admin.query(statement);
  await admin.end();
}

/** Whether the connection is encrypted, or the sentence by which a start ends. */
async function outcome(host: string, query: string): Promise<string> {
  const url = new URL(server.url);
  url.hostname = host;
  url.search = query;
  const pool = createPool({ connectionString: url.href, schema: 'tenancy', logger: silentLogger() });
  try {
    const { rows } = await pool.query<{ ssl: boolean }>(
      'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    return rows[0]?.ssl ? 'encrypted' : 'in clear';
  } catch (error) {
    return refusalOf(error) ?? `waits: ${String(error)}`;
  } finally {
    await pool.end();
  }
}

const unknownAuthority = expect.stringMatching(
  /self-signed certificate; give the certificate authority as sslrootcert=FILE/,
);
const wrongName = expect.stringMatching(/does not match certificate's altnames.*; give the certificate/);
const encrypted = 'encrypted';

describe('a Postgres with TLS', () => {
  it.each([
    // mode, host, which authority is given, outcome
    [undefined, 'localhost', undefined, 'in clear'],
    ['disable', 'localhost', undefined, 'in clear'],
    ['no-verify', '127.0.0.1', undefined, encrypted],
    ['prefer', 'localhost', undefined, unknownAuthority],
    ['require', 'localhost', undefined, unknownAuthority],
    ['require', 'localhost', 'own', encrypted],
    ['require', '127.0.0.1', 'own', wrongName],
    ['verify-ca', 'localhost', 'own', encrypted],
    ['verify-ca', '127.0.0.1', 'own', wrongName],
    ['verify-full', 'localhost', undefined, unknownAuthority],
    ['verify-full', 'localhost', 'own', encrypted],
    ['verify-full', 'localhost', 'stranger', unknownAuthority],
    ['verify-full', '127.0.0.1', 'own', wrongName],
    ['require&uselibpqcompat=true', '127.0.0.1', undefined, encrypted],
    ['verify-ca&uselibpqcompat=true', '127.0.0.1', 'own', encrypted],
  ])('sslmode=%s to %s with the authority %s: %s', async (mode, host, root, expected) => {
    const file = root === 'own' ? authority : stranger;
    const query = [
      ...(mode === undefined ? [] : [`sslmode=${mode}`]),
      ...(root === undefined ? [] : [`sslrootcert=${encodeURIComponent(file)}`]),
    ];
    expect(await outcome(host, query.join('&'))).toEqual(expected);
  });

  it('says which file is missing', async () => {
    expect(await outcome('localhost', 'sslmode=verify-full&sslrootcert=/no/such.pem')).toBe(
      "Postgres refused the connection to DATABASE_URL: ENOENT: no such file or directory, open '/no/such.pem'; check the files that sslrootcert, sslcert and sslkey name.",
    );
  });

  it('that demands TLS, and one that has none, are told apart from one that is away', async () => {
    const rules = join(server.folder, 'postgres', 'pg_hba.conf');
    const before = await readFile(rules, 'utf8');
    await give(rules, before.replaceAll(/^host /gm, 'hostssl '));
    await asAdmin('select pg_reload_conf()');
    await expect
      .poll(() => outcome('localhost', ''))
      .toMatch(/no encryption; check the user, and pg_hba\.conf/);
    expect(await outcome('localhost', 'sslmode=no-verify')).toBe(encrypted);
    await give(rules, before);
    const url = new URL(server.url);
    url.search = 'sslmode=no-verify';
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query("alter system set ssl = 'off'");
    await admin.query('select pg_reload_conf()');
    await admin.end();
    await expect
      .poll(() => outcome('localhost', 'sslmode=verify-full'))
      .toMatch(/does not support SSL connections; switch TLS on in Postgres, or take sslmode out/);
  });
});
