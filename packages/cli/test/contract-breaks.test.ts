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
