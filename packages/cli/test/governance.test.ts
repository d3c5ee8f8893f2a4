/** Change requests and policies from the command line, and what commands say when a policy refuses a change. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { px0, REVISION, type Reply, type SentRequest } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-governance');
const ID = '00000000-0000-4000-8000-000000000000';
const REQUEST = '00000000-0000-4000-8000-000000000012';
const TIME = '2026-01-01T08:00:00Z';
const env = { PX0_ACCESS_TOKEN: 'ak_1', PX0_TEAM: ID };
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };
const reply = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body), headers });

const prompt = {
  ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
  ...{ created_at: TIME, updated_at: TIME, folder: '', contract: 'off' },
};
const version = (number: number, status: string) => ({
  ...{ id: ID, prompt_id: ID, version: number, template: `text ${number}`, status, kind: 'text', note: '' },
  ...{ created_at: TIME, published_at: null, tags: [], variables: [], created_by: null },
});
const requirement = (satisfied: boolean) => ({
  ...{ policy_id: ID, policy_name: 'Production', approvals_needed: 1, approvals_given: 0, checks: [] },
  ...{ satisfied, unmet: satisfied ? [] : ['1 more approval'] },
});
const request = (number: number, more: object = {}) => ({
  ...{ id: REQUEST, number, prompt_id: ID, team_id: ID, slug: 'greeting', title: 'Kinder', description: '' },
  ...{ author: { kind: 'user', user_id: ID, api_key_id: null }, via: 'cli', apply: 'manual', state: 'open' },
  ...{ change: { kind: 'promote', version: 8, to: 'live' }, reason: null, ready: false, break_glass: null },
  binding: { content_hash: 'sha256:a', live_version: 7, live_hash: 'sha256:b', tag_version: null },
  ...{ requirements: [requirement(false)], reviews: [], comment_count: 0, applied_by: null },
  ...{ created_at: TIME, updated_at: TIME, applied_at: null },
  ...more,
});
const ready = { ready: true, requirements: [requirement(true)] };

/** A px0 with one prompt, whose version 8 is stable. */
function answer(how: (request: SentRequest) => Reply | undefined): void {
  network.answer((sent) => {
    const { method, url } = sent;
    const own = how(sent);
    if (own !== undefined || method !== 'GET') return own;
    if (url.pathname === '/v1/prompts/greeting') return reply(200, { prompt });
    if (url.pathname === `/v1/prompts/${ID}/versions/8`) return reply(200, { version: version(8, 'stable') });
    return undefined;
  });
}
const written = () => network.sent.filter(({ method }) => method !== 'GET');

describe('propose', () => {
  it.each([
    [[], { kind: 'promote', version: 8, to: 'live' }, 'greeting: promote version 8 to live'],
    [
      ['--to', 'stable'],
      { kind: 'promote', version: 8, to: 'stable' },
      'greeting: promote version 8 to stable',
    ],
    [
      ['--tag', 'prod'],
      { kind: 'set_tag', tag: 'prod', version: 8 },
      'greeting: set the tag prod to version 8',
    ],
  ])('with %j asks for the change', async (options, change, title) => {
    answer(({ method }) => (method === 'POST' ? reply(201, { change_request: request(12) }) : undefined));
    const { code, stdout } = await px0(['propose', 'greeting', '8', ...options], { env });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'greeting: change request 12 is open, waits for Production: 1 more approval.\n',
    });
    expect(written().map(({ url, body }) => [url.pathname, JSON.parse(body)])).toEqual([
      [`/v1/prompts/${ID}/change-requests`, { title, change }],
    ]);
  });

  it('passes title, description and when to apply', async () => {
    answer(({ method }) => (method === 'POST' ? reply(201, { change_request: request(12) }) : undefined));
    const options = ['--title', 'Kinder', '--description', 'Why', '--when-ready'];
    await px0(['propose', 'greeting', '8', ...options], { env });
    expect(JSON.parse(written()[0]?.body ?? '')).toMatchObject({
      ...{ title: 'Kinder', description: 'Why', apply: 'when_ready' },
    });
  });
});

describe('requests', () => {
  const shown = {
    change_request: request(12, {
      description: 'Friendlier.',
      reviews: [
        {
          ...{ id: ID, user_id: ID, verdict: 'approve', comment: 'Good', created_at: TIME },
          ...{ counts: false, why_not: 'live_changed' },
        },
      ],
    }),
    before: version(7, 'live'),
    after: version(8, 'stable'),
    check: {
      ...{ version: 8, live_version: 7, base_version: 7, passed: false, failed: 1, warnings: 0 },
      ...{ new_variables: [], payloads_digest: 'sha256:0' },
      payloads: [
        {
          ...{ payload_id: ID, name: 'ann', live: null, diff: '--- live\n+++ version\n-a\n+b\n' },
          version: { outcome: 'rendered', rendered: 'b', error: null },
          assertions: [{ type: 'contains', ok: false, severity: 'error', message: 'does not contain "c"' }],
        },
      ],
    },
  };
  /** Two pages of a team's requests, and what is asked about number 12. */
  function team(how: (sent: SentRequest) => Reply | undefined = () => undefined): void {
    answer((sent) => {
      const { method, url } = sent;
      if (method === 'GET' && url.pathname === `/v1/teams/${ID}/change-requests`)
        return url.searchParams.has('cursor')
          ? reply(200, { change_requests: [request(12), request(11)] })
          : reply(200, { change_requests: [{ ...request(14), id: ID }], next_cursor: 'c' });
      if (method === 'GET' && url.pathname === `/v1/change-requests/${REQUEST}`) return reply(200, shown);
      return how(sent);
    });
  }

  it('lists those of a team', async () => {
    team();
    const { stdout, stderr } = await px0(['requests', 'list'], { env });
    expect(stdout).toContain(
      '14      greeting  promote version 8 to live  open, waits for Production: 1 more',
    );
    expect(stderr).toBe('px0: only the newest 100 are shown\n');
    expect(network.sent[0]?.url.searchParams.get('state')).toBe('open');
  });

  it('shows differences of outputs before the text, and why a review does not count', async () => {
    team();
    const { code, stdout } = await px0(['requests', 'show', '12'], { env });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `#12 Kinder
greeting: promote version 8 to live
open, waits for Production: 1 more approval

Friendlier.

Output with ann:
--- live
+++ version
-a
+b

fail ann: does not contain "c"

Live now, version 7:
text 7

Proposed, version 8:
text 8

Policies ask for:
Production: 1 more approval

approved by ${ID}, does not count: another version is live since
  Good

Content: sha256:a
`,
    });
  });

  it('reviews exactly the content that it was shown', async () => {
    team(() => reply(201, { change_request: request(12, ready) }));
    const options = ['--approve', '--comment', 'Good', '--yes'];
    const { stdout } = await px0(['requests', 'review', '#12', ...options], { env });
    expect(stdout).toBe('greeting: change request 12 is open, ready to be applied.\n');
    expect(JSON.parse(written()[0]?.body ?? '')).toEqual({
      ...{ verdict: 'approve', comment: 'Good', content_hash: 'sha256:a' },
    });
    const other = ['requests', 'review', REQUEST, '--approve', '--content-hash', 'sha256:old', '--yes'];
    expect(await px0(other, { env })).toMatchObject({ code: 6 });
    expect(await px0(['requests', 'review', '12'], { env })).toMatchObject({ code: 2 });
  });

  it('applies and closes', async () => {
    team(({ url }) => {
      const state = url.pathname.endsWith('/apply') ? 'applied' : 'closed';
      return reply(200, { change_request: request(12, { state, reason: state === 'closed' ? 'no' : null }) });
    });
    const applied = await px0(['requests', 'apply', '12', '--yes'], { env });
    expect(applied.stdout).toBe('greeting: change request 12 is applied.\n');
    const closed = await px0(['requests', 'close', '12', '--reason', 'no'], { env });
    expect(closed.stdout).toBe('greeting: change request 12 is closed, no.\n');
    expect(written().map(({ body }) => body)).toEqual(['', '{"reason":"no"}']);
    expect(await px0(['requests', 'apply', '13', '--yes'], { env })).toMatchObject({
      ...{ code: 5, stderr: 'px0: the team has no change request 13\n' },
    });
    expect(await px0(['requests', 'apply', 'x', '--yes'], { env })).toMatchObject({ code: 2 });
  });
});

describe('a policy that refuses', () => {
  const refusal = reply(409, { error: 'change request required: Production' });

  it('a promotion says how to ask for it', async () => {
    answer(({ method }) => (method === 'POST' ? refusal : undefined));
    expect(await px0(['promote', 'greeting', '8'], { env })).toEqual({
      ...{ code: 6, stdout: '' },
      stderr: 'px0: change request required: Production; ask for it with "px0 propose greeting 8"\n',
    });
  });

  it('is broken with a reason, which goes with the request in any language', async () => {
    const seen: (string | null)[] = [];
    const fetch = globalThis.fetch;
    answer(({ method }) => (method === 'POST' ? reply(200, { version: version(8, 'live') }) : undefined));
    const stubbed = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      seen.push(new Request(input, init).headers.get('px0-break-glass'));
      return stubbed(input, init);
    };
    const { code } = await px0(['promote', 'greeting', '8', '--break-glass', 'Störung INC-7'], { env });
    globalThis.fetch = fetch;
    expect(code).toBe(0);
    expect(seen.filter((one) => one !== null)).toEqual(['St%C3%B6rung%20INC-7']);
  });

  it('files leaves out those files, and says how to ask for them', async () => {
    const folder = join(network.folder, 'prompts');
    await mkdir(folder, { recursive: true });
    for (const slug of ['a', 'b', 'c'])
      await writeFile(join(folder, `${slug}.prompt.md`), `---\nname: ${slug}\nstatus: live\n---\nHi\n`);
    const changes = [{ action: 'create_prompt', slug: 'b', subject: null }];
    const push = (how: (sent: SentRequest) => Reply, ...options: string[]) => {
      answer((sent) => {
        if (sent.url.pathname.endsWith('/folders')) return reply(200, { folders: [] });
        return sent.url.pathname.endsWith('/import') ? how(sent) : undefined;
      });
      return px0(['push', folder, '--yes', ...options], { env });
    };
    const required = reply(409, { error: 'change request required: Production (a, c)' });
    const result = ({ url }: SentRequest, more: object[] = []) =>
      reply(200, { dry_run: url.searchParams.get('dry_run') === 'true', changes: [...changes, ...more] });
    const left = await push((sent) => (sent.body.includes('"slug":"a"') ? required : result(sent)));
    expect(left.code).toBe(6);
    expect(left.stderr).toContain(
      'a.prompt.md: change request required: Production (ask for it with --propose)\n',
    );
    expect(left.stderr).toContain('px0: 2 files left out\n');
    expect(left.stdout).toBe('1 change made.\n');

    const opened = { action: 'open_change_request', slug: 'a', subject: '12' };
    const link = 'https://forge.example/pull/7';
    const asked = await push(
      (sent) => result(sent, [opened]),
      '--propose',
      '--title',
      'Kinder',
      '--link',
      link,
    );
    expect(asked).toMatchObject({ code: 0, stdout: '2 changes made.\n' });
    expect(asked.stderr).toContain('~ a: open a change request\n');
    const imports = written();
    expect(imports.map(({ url }) => url.searchParams.get('policy'))).toEqual(['request', 'request']);
    expect(JSON.parse(imports[1]?.body ?? '')).toMatchObject({
      ...{ title: 'Kinder', description: `Proposed by ${link}` },
    });
    expect(await px0(['push', folder, '--title', 'x'], { env })).toMatchObject({ code: 2 });
  });
});

describe('policies', () => {
  const policy = (name: string, kind: 'team' | 'organization') => ({
    ...{ id: ID, name, enabled: true, scope: { kind, [kind === 'team' ? 'team_id' : 'org_id']: ID } },
    match: { slugs: ['billing_*'], transitions: ['live', 'tag'], tags: ['prod'] },
    require: {
      ...{ approvals: 1, roles: ['admin'], not_author: true, not_contributor: false, max_age_hours: null },
      checks: [{ kind: 'external', name: 'evals' }],
    },
    ...{ rollback: 'exempt', break_glass: { roles: ['admin'] } },
    ...{ created_at: TIME, updated_at: TIME, updated_by: ID },
  });
  const present = [policy('Everywhere', 'organization'), policy('Production', 'team')];
  const listed = (how: (sent: SentRequest) => Reply | undefined = () => undefined) =>
    answer((sent) =>
      sent.method === 'GET' && sent.url.pathname === `/v1/teams/${ID}/prompt-policies`
        ? reply(200, { policies: present })
        : how(sent),
    );

  it('are listed, and shown as the file that sets them', async () => {
    listed();
    const { stdout } = await px0(['policies', 'list'], { env });
    expect(stdout).toContain('Production  team          live, tag  billing_*   1          evals   yes');
    const shown = await px0(['policies', 'show', 'Production'], { env });
    expect(shown.stdout).toContain('name: Production\nenabled: true\nmatch:\n  slugs:\n    - billing_*\n');
    const file = join(network.folder, 'policy.yaml');
    await writeFile(file, shown.stdout);
    listed(({ method }) => (method === 'PUT' ? reply(200, { policy: present[1] }) : undefined));
    expect(await px0(['policies', 'set', file], { env })).toMatchObject({
      ...{ code: 0, stdout: 'Production: replaced.\n' },
    });
    const { name, enabled, match, require: required, rollback, break_glass } = policy('Production', 'team');
    expect(JSON.parse(written()[0]?.body ?? '')).toEqual({
      ...{ name, enabled, match, require: required, rollback, break_glass },
    });
  });

  it('are created where the scope has none of the name, although its organization does', async () => {
    listed(({ method }) => (method === 'POST' ? reply(201, { policy: present[1] }) : undefined));
    const file = join(network.folder, 'new.yaml');
    const minimal = 'match: {slugs: ["*"], transitions: [live]}, require: {approvals: 1}';
    await writeFile(file, `[{name: Everywhere, ${minimal}}, {name: New, ${minimal}}]`);
    expect((await px0(['policies', 'set', file], { env })).stdout).toBe(
      'Everywhere: created.\nNew: created.\n',
    );
  });

  it.each([
    [
      'name: A\nmatch: {slugs: [a], transitions: [live]}\nrequire: {aproval: 1}\n',
      'require: Unrecognized key',
    ],
    ['name: A\nmatch: {slug: [a]}\nrequire: {}\n', 'match'],
    ['name: [\n', 'new-bad.yaml: '],
    ['- 7\n', 'new-bad.yaml: the policy: '],
  ])('of the file %j are refused, since they would protect nothing', async (content, message) => {
    listed();
    const file = join(network.folder, 'new-bad.yaml');
    await writeFile(file, content);
    const { code, stderr } = await px0(['policies', 'set', file], { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(written()).toEqual([]);
  });

  it('are deleted by name, the scope’s own before those of its organization', async () => {
    listed(({ method }) => (method === 'DELETE' ? { status: 204, body: '', headers } : undefined));
    expect((await px0(['policies', 'delete', 'Production', '--yes'], { env })).stdout).toBe(
      'Production: deleted.\n',
    );
    expect(await px0(['policies', 'delete', 'None', '--yes'], { env })).toMatchObject({ code: 5 });
  });
});
