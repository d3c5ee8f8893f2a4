/** What the command does when px0 refuses a version because of the prompt's contract. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-contract-breaks');
const ID = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };

const env = () => ({
  XDG_CONFIG_HOME: network.folder,
  PX0_HOST: 'http://px0.example.com',
  PX0_ACCESS_TOKEN: 'ak_1',
  PX0_TEAM: ID,
});
const ok = (body: unknown): Reply => ({ status: 200, body: JSON.stringify(body), headers });
const broken = (detail: string): Reply => ({
  status: 409,
  body: JSON.stringify({ error: `contract break: ${detail}` }),
  headers,
});

const prompt = {
  ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
  ...{ created_at: TIME, updated_at: TIME, folder: '', contract: 'enforce' },
};
const version = (number: number, status: string) => ({
  ...{ id: ID, prompt_id: ID, version: number, template: 'x', status, kind: 'text', note: '' },
  ...{ created_at: TIME, published_at: null, tags: [], variables: [], created_by: null },
  content_hash: `sha256:${'0'.repeat(64)}`,
});

/** @param target the status of version 1 */
async function rollBack(target: string, refuses: boolean) {
  let status = target;
  network.answer(({ method, url }) => {
    if (method === 'POST') {
      if (status === 'stable' && refuses && !url.searchParams.has('allow')) return broken('added required b');
      status = status === 'draft' ? 'stable' : 'live';
      return ok({ version: version(1, status) });
    }
    if (url.pathname.endsWith('/greeting')) return ok({ prompt });
    if (url.searchParams.get('status') === 'live')
      return ok({ versions: [version(2, 'live')], next_cursor: null });
    return url.pathname.endsWith('/versions/1') ? ok({ version: version(1, status) }) : undefined;
  });
  const ended = await px0(['rollback', 'greeting', '--to', '1', '--yes'], { env: env() });
  const promotions = network.sent.filter(({ method }) => method === 'POST').map(({ url }) => url.search);
  return { ...ended, promotions };
}

it('a rollback tells what it breaks, and goes on', async () => {
  const done = { code: 0, stdout: 'greeting: version 1 is live.\n' };
  const stderr = 'px0: contract break: added required b\n';
  const allowed = '?allow=contract_break';
  expect(await rollBack('stable', true)).toEqual({ ...done, stderr, promotions: ['', allowed] });
  expect(await rollBack('draft', true)).toEqual({ ...done, stderr, promotions: ['', '', allowed] });
  // A px0 of the release before knows no such word.
  expect(await rollBack('stable', false)).toEqual({ ...done, stderr: '', promotions: [''] });
});

const service = (name: string, variables: readonly string[]) => ({
  ...{ service: name, version: 1, source: 'stream', renders: 1, failures: 0, first_seen_at: TIME },
  ...{ last_seen_at: new Date().toISOString(), service_version: null, sdk: null, variables },
});
const services = [service('checkout', ['name']), service('billing', ['b']), service('mailer', ['name'])];

/** @param asked what px0 answers when it is asked for the prompt's services */
async function promoteBreaking(detail: string, asked: Reply | undefined, args: readonly string[] = []) {
  network.answer(({ method, url }) => {
    if (method === 'POST') return broken(detail);
    if (url.pathname.endsWith('/services')) return asked;
    if (url.pathname.endsWith('/greeting')) return ok({ prompt });
    return url.pathname.endsWith('/versions/1') ? ok({ version: version(1, 'stable') }) : undefined;
  });
  const { code, stderr } = await px0(['promote', 'greeting', '1', ...args], { env: env() });
  return [code, stderr];
}

it('a promotion names who does not send what the version requires', async () => {
  const all = ok({ services });
  expect(await promoteBreaking('added required b; removed c', all)).toEqual([
    6,
    'px0: contract break: added required b; removed c (checkout and mailer do not send `b`)\n',
  ]);
  expect(await promoteBreaking('added required b', ok({ services: services.slice(0, 2) }))).toEqual([
    6,
    'px0: contract break: added required b (checkout does not send `b`)\n',
  ]);
  const [, json] = await promoteBreaking('added required b', all, ['--json']);
  expect(JSON.parse(String(json))).toEqual({
    error: 'contract break: added required b (checkout and mailer do not send `b`)',
    code: 'conflict',
    status: 409,
  });
});

it('a promotion is refused as before where px0 does not say who sends what', async () => {
  const refused = (status: number): Reply => ({ status, body: '{"error":"no"}', headers });
  const before = [6, 'px0: contract break: added required b\n'];
  for (const asked of [undefined, refused(403), refused(400), ok({}), ok({ services: services.slice(1, 2) })])
    expect(await promoteBreaking('added required b', asked)).toEqual(before);
  // Nobody is asked about what adds nothing.
  await promoteBreaking('removed b', ok({ services }));
  expect(network.sent.map(({ url }) => url.pathname)).not.toContain(`/v1/prompts/${ID}/services`);
});

it('a push names them, too', async () => {
  const folder = join(network.folder, 'breaking');
  await mkdir(folder);
  await writeFile(join(folder, 'greeting.prompt.md'), '---\nname: Greeting\nstatus: live\n---\n{{.b}}\n');
  network.answer(({ method, url }) => {
    if (method === 'POST') return broken('added required b (greeting)');
    if (url.pathname.endsWith('/services')) return ok({ services });
    return ok(url.pathname.endsWith('/greeting') ? { prompt } : { folders: [] });
  });
  const { code, stderr } = await px0(['push', folder, '--yes'], { env: env() });
  const file = join(folder, 'greeting.prompt.md');
  expect([code, stderr.split('\n')[0]]).toEqual([
    6,
    `px0: ${file}: contract break: added required b (checkout and mailer do not send \`b\`)`,
  ]);
});

it('a push leaves out the file of the prompt that px0 names, and pushes the others', async () => {
  const folder = join(network.folder, 'prompts');
  await mkdir(folder);
  for (const slug of ['one', 'two', 'three'])
    await writeFile(join(folder, `${slug}.prompt.md`), `---\nname: ${slug}\nstatus: live\n---\n{{.b}}\n`);
  network.answer(({ method, url, body }) => {
    if (method === 'GET') return ok({ folders: [] });
    if (body.includes('"two"')) return broken('added required b (two)');
    const change = { action: 'create_version', slug: 'one', subject: '1' };
    return ok({ dry_run: url.searchParams.has('dry_run'), changes: [change] });
  });
  const { code, stderr } = await px0(['push', folder, '--yes'], { env: env() });
  expect([code, stderr]).toEqual([
    6,
    expect.stringContaining(`px0: ${join(folder, 'two.prompt.md')}: contract break: added required b\n`),
  ]);
  const sent = network.sent.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
  expect(
    sent.map(({ document }) => document.prompts.map(({ slug }: { slug: string }) => slug).toSorted()),
  ).toEqual([
    ['one', 'three', 'two'],
    ['one', 'three'],
    ['one', 'three'],
  ]);
});
