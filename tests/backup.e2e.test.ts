/** A backup taken while the platform runs, and its return: into an empty system, and into one whose streams know more than it does. */
import { execFile } from 'node:child_process';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChainVerifier } from '@px0/audit';
import {
  eventually,
  type OwnNats,
  type OwnPostgres,
  ownNats,
  ownPostgres,
  startOn,
  type TestPlatform,
  temporaryFolder,
} from '@px0/testing';
import { type Key, type Owner, PASSWORD, type Prompt, said, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

interface System {
  readonly nats: OwnNats;
  readonly postgres: OwnPostgres;
}

const systems: System[] = [];
let folder = '';
let running: TestPlatform | undefined;

async function emptySystem(): Promise<System> {
  const [nats, postgres] = await Promise.all([ownNats(), ownPostgres()]);
  const system = { nats, postgres };
  systems.push(system);
  return system;
}

async function start({ nats, postgres }: System): Promise<World> {
  const servers = { databaseUrl: postgres.url, natsUrl: nats.url, streamPrefix: '' };
  running = await startOn(servers, {}, async () => undefined);
  return new World(running);
}

async function stop(): Promise<void> {
  await running?.stop();
  running = undefined;
}

/** As a person runs it; its words. */
async function command({ nats, postgres }: System, ...args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    PX0_HOME: join(folder, 'home'),
  };
  const main = join(root, 'packages/local-platform/src/main.ts');
  return await run(process.execPath, [main, ...args], { cwd: root, env }).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

let first: System;
let owner: Owner;
let key: Key;
let prompt: Prompt;
let backup = '';
/** What the backup must bring back. */
let before: unknown;

async function picture(world: World, who: { readonly token: string }): Promise<unknown> {
  const paths = [
    `/v1/prompts/${prompt.id}`,
    `/v1/prompts/${prompt.id}/versions`,
    `/v1/prompts/${prompt.id}/payloads`,
    `/v1/prompts/${prompt.id}/audit`,
    `/v1/teams/${owner.team}/members`,
    `/v1/orgs/${owner.organization}/people`,
  ];
  const reads = await Promise.all(paths.map(async (path) => (await world.get(who, path)).value));
  const renders = await Promise.all(
    ['', '/versions/1', '/versions/production'].map(
      async (version) =>
        (await world.ask(key, 'POST', `/v1/prompts/${prompt.slug}${version}/render`, {})).text,
    ),
  );
  return [reads, renders];
}

beforeAll(async () => {
  folder = await temporaryFolder('backup');
  backup = join(folder, 'backup');
  first = await emptySystem();
  const world = await start(first);
  owner = await world.owner();
  key = await world.key(owner, 'read_render');
  prompt = await world.prompt(owner, owner.team, 'first\twith a tab, a \\ and "quotes"');
  await world.live(owner, prompt, 'second – ünïcödé 🙂');
  await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/versions/2/tags`, { tag: 'production' });
  await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/payloads`, { variables: { a: [1, null, 'x'] } });
  before = await picture(world, owner);
  expect(await command(first, 'backup', backup)).toMatch(/^px0: saved \d+ rows of \d+ tables to /);
  // What the backup does not know, and the streams do.
  await world.live(owner, prompt, 'third');
  await world.make(owner, 'DELETE', '/v1/auth/session');
  expect(await command(first, 'restore', backup, '--replace')).toContain('still runs on this database');
  await stop();
}, 180_000);

afterAll(async () => {
  await stop();
  for (const { nats, postgres } of systems) await Promise.all([nats.close(), postgres.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function holdsWhatWasBackedUp(world: World): Promise<void> {
  // The old session is dead, ended before or after the backup; the account, the key and all the rest are there.
  expect(said(await world.ask(owner, 'GET', '/v1/auth/me'))).toEqual([401, 'unauthorized']);
  const again = { token: await world.login(owner.email, PASSWORD) };
  expect(await picture(world, again)).toEqual(before);
  // And everything goes on from there: ids are not given twice, and writes reach the renders.
  const version = await world.live(again, prompt, 'fourth');
  expect(version).toBe(3);
  expect((await world.render(key, prompt)).text).toContain('fourth');
  await tellsOfTheRestore(again);
  const newcomer = await world.owner();
  await world.prompt(newcomer, newcomer.team, 'new');
}

/** Whoever has a later head of the chains sees the fork; the chains themselves say where they were found. */
async function tellsOfTheRestore(who: { readonly token: string }): Promise<void> {
  for (const context of ['registry', 'tenancy']) {
    const lines = async () => {
      const url = `${running?.gatewayUrl}/v1/orgs/${owner.organization}/audit/${context}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${who.token}` } });
      return (await answer.text()).trim().split('\n');
    };
    await eventually(async () => (await lines()).some((line) => line.includes('"audit.restored"')), {
      what: `the entry of ${context} that tells of the restore`,
    });
    const verifier = new ChainVerifier();
    const all = await lines();
    for (const line of all) verifier.add(line);
    verifier.end();
    const entries: { number: number; action: string; hash: string; details: object }[] = all.map((line) =>
      JSON.parse(line),
    );
    const at = entries.findIndex(({ action }) => action === 'audit.restored');
    const found = entries[at - 1];
    expect(entries[at]?.details).toEqual({ number: String(found?.number ?? 0), hash: found?.hash });
  }
}

it('brings everything back into an empty system, and renders are as they were', async () => {
  const second = await emptySystem();
  expect(await command(second, 'restore', backup)).toMatch(/restored \d+ rows as of /);
  const world = await start(second);
  await holdsWhatWasBackedUp(world);
  await stop();
  expect(await command(second, 'restore', backup)).toContain('is not empty');
}, 180_000);

it('brings everything back although the streams knew more', async () => {
  expect(await command(first, 'restore', backup, '--replace')).toMatch(/restored \d+ rows as of /);
  await holdsWhatWasBackedUp(await start(first));
  await stop();
}, 180_000);

it('is refused when it is damaged, before anything is changed', async () => {
  await truncate(join(backup, 'registry.prompts.copy.gz'), 10);
  expect(await command(first, 'restore', backup, '--replace')).toContain('The backup is damaged');
  expect(await command(first, 'backup', join(folder, 'another'))).toMatch(/ rows of \d+ tables /);
}, 120_000);
