/** Bundles: made of what px0 delivers or of files, checked and shown. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  asLine,
  compareRevisions,
  type DeliveredPrompt,
  type DeliveredVersion,
  Digest,
  type Frame,
} from '@px0/delivery';
import { type Bundle, readBundle } from '@px0/delivery/bundle';
import { compileProgram } from '@px0/template';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-bundle');
const TEAM = '00000000-0000-4000-8000-000000000001';

const path = (name: string) => join(network.folder, name);

async function run(args: readonly string[], { env }: Given = {}) {
  return await px0(['bundle', ...args], {
    env: {
      XDG_CONFIG_HOME: network.folder,
      PX0_HOST: 'http://px0.example.com',
      PX0_ACCESS_TOKEN: 'ak_secret',
      ...env,
    },
  });
}

let publicKey = '';
let otherKey = '';

beforeAll(async () => {
  publicKey = (await run(['keygen', path('key')])).stdout.trim();
  otherKey = (await run(['keygen', path('other-key')])).stdout.trim();
});

function prompt(slug: string, changes: Partial<DeliveredVersion> = {}): DeliveredPrompt {
  const version = { version: 3, status: 'live', template: `The text of ${slug}`, language: 1, ...changes };
  return {
    id: slug,
    slug,
    status: 'active',
    created_at: '2026-01-01T00:00:00Z',
    live: 3,
    tags: { prod: 3 },
    versions: [version],
    etag: Buffer.from(slug.padEnd(8).slice(0, 8)).toString('hex'),
  };
}

/** The snapshot of one team. */
function delivered(prompts: readonly DeliveredPrompt[], headers: Reply['headers'] = {}): Reply {
  const digest = new Digest();
  for (const { etag } of prompts) digest.add(etag);
  const frames: Frame[] = [
    { type: 'begin', team_id: TEAM, base: null },
    ...prompts.map((one): Frame => ({ type: 'put', team_id: TEAM, revision: REVISION, prompt: one })),
    {
      type: 'sync',
      revision: REVISION,
      digest: digest.text,
      count: digest.count,
      teams: [{ team_id: TEAM, revision: REVISION }],
    },
  ];
  return {
    status: 200,
    body: frames.map(asLine).join(''),
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8', ...headers },
  };
}

function said(
  status: number,
  error: string,
  headers: Reply['headers'] = { 'px0-revision': REVISION },
): Reply {
  return { status, body: JSON.stringify({ error }), headers };
}

/** What an application reads. */
async function read(name: string): Promise<Bundle> {
  const bundle = await readBundle(await readFile(path(name)), { keys: [publicKey], now: Date.now() });
  if (typeof bundle === 'string') throw new Error(bundle);
  return bundle;
}

const promptsOf = ({ replica }: Bundle) =>
  [...replica.teamIds].flatMap((id) => [...replica.promptsOf(id).values()]);

describe('a new key', () => {
  it('is in a file of its owner alone, and only its public half is printed', async () => {
    const { code, stdout, stderr } = await run(['keygen', path('new')]);
    const text = await readFile(path('new'), 'utf8');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^px0pk_[A-Za-z0-9_-]{43}\n$/)]);
    expect(text).toMatch(/^px0sk_[A-Za-z0-9_-]{43}\n$/);
    expect(stderr).not.toContain(text.trim());
    expect((await stat(path('new'))).mode & 0o777).toBe(0o600);
  });

  it('never takes the place of another', async () => {
    const before = await readFile(path('key'), 'utf8');
    const { code, stderr } = await run(['keygen', path('key')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written: file already exists')]);
    expect(await readFile(path('key'), 'utf8')).toBe(before);
  });
});

describe('a bundle of what px0 delivers', () => {
  it('holds what the caller may render, and applications can read it', async () => {
    network.answer(() => delivered([prompt('greeting'), prompt('farewell')]));
    const file = path('all.ndjson');
    const { code, stdout, stderr } = await run(['create', file, '--key-file', path('key')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Wrote 2 prompts to');
    expect(network.sent.map(({ url, authorization }) => [url.href, authorization])).toEqual([
      ['http://px0.example.com/v1/delivery/snapshot', 'Bearer ak_secret'],
    ]);
    const bundle = await read('all.ndjson');
    expect(bundle).toMatchObject({ name: 'all', host: 'http://px0.example.com', notAfter: undefined });
    expect(promptsOf(bundle)).toEqual([prompt('greeting'), prompt('farewell')]);
    expect(await readFile(file, 'utf8')).not.toContain('ak_secret');
  });

  it('is narrowed, named, gzipped, and signed by the key of the environment', async () => {
    network.answer(() => delivered([prompt('greeting')]));
    const PX0_BUNDLE_KEY = await readFile(path('key'), 'utf8');
    const options = ['--slugs', 'greeting, greeting', '--name', 'kiosk', '--not-after', '2999-01-31'];
    const { code } = await run(['create', path('one.gz'), ...options], {
      env: { PX0_BUNDLE_KEY, PX0_TEAM: TEAM },
    });
    expect(code).toBe(0);
    expect(network.sent[0]?.url.search).toBe(`?team_id=${TEAM}&slugs=greeting`);
    expect(gunzipSync(await readFile(path('one.gz'))).toString()).toContain('"type":"bundle"');
    expect(await read('one.gz')).toMatchObject({ name: 'kiosk', notAfter: Date.parse('2999-01-31') });
  });

  it('lacks nothing that was asked for', async () => {
    network.answer(() => delivered([prompt('greeting')]));
    const args = ['create', path('lacking'), '--key-file', path('key'), '--slugs', 'greeting,other'];
    expect(await run(args)).toMatchObject({ code: 5, stderr: 'px0: prompt not found: other\n' });
    network.answer(() => delivered([]));
    expect(await run(args.slice(0, -2))).toMatchObject({ code: 5, stderr: 'px0: there are no prompts\n' });
    network.answer(() => delivered([prompt('greeting', { template: null, missing: 'pending' })]));
    expect(await run(args.slice(0, -2))).toMatchObject({ code: 8 });
    expect(await readdir(network.folder)).not.toContain('lacking');
  });

  it('says what it has to leave out, and when px0 may be behind', async () => {
    const large = prompt('greeting', { template: null, missing: 'too_large' });
    network.answer(() => delivered([large], { 'px0-stale': 'true' }));
    const { code, stderr } = await run(['create', path('left-out'), '--key-file', path('key')]);
    expect([code, stderr]).toEqual([
      0,
      'px0 may lack the latest changes at present, and so does this bundle.\n' +
        'Version 3 of greeting is too large for a bundle; only px0 can render it.\n',
    ]);
  });

  it.each([
    ['a refused key', 3, said(401, 'unauthorized'), 'px0: unauthorized\n'],
    ['a team of others', 4, said(403, 'forbidden'), 'px0: forbidden\n'],
    [
      'a query that is none',
      7,
      said(400, 'slugs must have at most 200 items'),
      'px0: slugs must have at most 200 items\n',
    ],
    [
      'too many prompts',
      7,
      said(422, 'audience is too large; name teams or slugs'),
      'px0: audience is too large; name teams or slugs\n',
    ],
    ['an older px0', 7, said(404, 'not found', {}), expect.stringContaining('needs a newer version')],
    [
      'something before px0',
      8,
      { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
      expect.any(String),
    ],
    [
      'an answer that breaks off',
      8,
      { ...delivered([prompt('a')]), body: '{"type":"begin","team_id":"a","base":null}\n' },
      expect.stringContaining('broke off'),
    ],
    [
      'another digest',
      8,
      { ...delivered([]), body: delivered([prompt('a')]).body.replace('"count":1', '"count":2') },
      expect.stringContaining('does not add up'),
    ],
  ] as const)('is not made of %s', async (_what, expected, reply, words) => {
    network.answer(() => reply);
    const { code, stdout, stderr } = await run(['create', path('none'), '--key-file', path('key')]);
    expect({ code, stdout, stderr }).toEqual({ code: expected, stdout: '', stderr: words });
    expect(stderr).not.toContain('ak_secret');
    expect(await readdir(network.folder)).not.toContain('none');
  });

  it.each([
    ['no key', ['create', 'x'], {}, 'there is no key to sign with'],
    [
      'a public key',
      ['create', 'x'],
      { PX0_BUNDLE_KEY: `px0pk_${'A'.repeat(43)}` },
      'PX0_BUNDLE_KEY does not hold',
    ],
    ['a time that has passed', ['create', 'x', '--not-after', '2020-01-01'], {}, '(--not-after) has passed'],
    ['an empty list', ['create', 'x', '--slugs', ''], {}, 'the prompts (--slugs) must not be empty'],
    ['an empty slug', ['create', 'x', '--slugs', 'a,,b'], {}, 'a prompt (--slugs) must not be empty'],
    [
      'a private key to check with',
      ['verify', 'x', '--key', `px0sk_${'A'.repeat(43)}`],
      {},
      '--key must be a public key',
    ],
    ['no key to check with', ['verify', 'x'], {}, 'there is no key to check with'],
  ] as const)('is refused with %s, before anything is sent', async (_what, args, env, words) => {
    const { code, stderr } = await run(args, { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(stderr).not.toContain('A'.repeat(43));
    expect(network.sent).toEqual([]);
  });
});

describe('a bundle of a folder', () => {
  const files = {
    'greeting.prompt.md': '---\nname: Greeting\nstatus: live\n---\nHello {{.name}}\n',
    'tutor.prompt.md':
      '---\nname: Tutor\nkind: chat\nstatus: live\nconfig:\n  temperature: 0.20\n---\nsystem:\nBe {{.how}}.\n\nplaceholder: history?\n\nuser:\nSee\nmedia (image/png): https://example.com/{{.id}}.png\n',
    'tagged.prompt.md': '---\nname: Tagged\nstatus: draft\ntags:\n  - beta\n---\nA draft\n',
    'draft.prompt.md': '---\nname: Draft\n---\nNobody sees this\n',
  };

  beforeAll(async () => {
    await mkdir(path('prompts'));
    for (const [name, text] of Object.entries(files)) await writeFile(path(`prompts/${name}`), text);
  });

  const args = (file: string) => ['create', path(file), '--from', path('prompts'), '--key-file', path('key')];

  it('needs no px0, and holds what px0 would deliver of its files', async () => {
    expect(await run(args('folder'), { env: { PX0_ACCESS_TOKEN: '' } })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(network.sent).toEqual([]);
    const prompts = new Map(promptsOf(await read('folder')).map((one) => [one.slug, one]));
    expect([...prompts.keys()].toSorted()).toEqual(['draft', 'greeting', 'tagged', 'tutor']);
    expect(prompts.get('greeting')).toMatchObject({
      live: 1,
      versions: [{ version: 1, status: 'live', template: 'Hello {{.name}}', language: 1 }],
    });
    expect(prompts.get('tagged')).toMatchObject({
      live: null,
      tags: { beta: 1 },
      versions: [{ status: 'draft' }],
    });
    expect(prompts.get('draft')).toMatchObject({ live: null, tags: {}, versions: [] });
    expect(JSON.stringify(prompts.get('draft'))).not.toContain('Nobody sees this');
    const [version] = prompts.get('tutor')?.versions ?? [];
    expect(version?.config).toBe('{"temperature":0.2}');
    const program = compileProgram({ ...version, template: version?.template ?? '' });
    expect(program.messages({ how: 'kind', id: '7', history: [{ role: 'user', content: 'Hi' }] })).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'media', url: 'https://example.com/7.png', media_type: 'image/png' },
        ],
      },
    ]);
  });

  it('holds the contracts of its files, and what variables they want', async () => {
    const folder = path('judged');
    await mkdir(folder);
    const schema = 'input:\n  schema:\n    properties:\n      mood:\n        enum: [calm]\n';
    const write = (slug: string, contract: string, end: string) =>
      writeFile(join(folder, `${slug}.prompt.md`), `---\nname: ${slug}\n${contract}${schema}${end}`);
    const text = 'status: live\n---\n{{.mood}} {{.name}}\n';
    await write('enforced', 'contract: enforce\n', text);
    await write('unjudged', 'contract: off\n', text);
    await write('silent', '', text);
    await write('talk', 'contract: warn\n', `kind: chat\n${text.replace('---\n', '---\nuser:\n')}`);
    const create = ['create', path('contracts'), '--from', folder, '--key-file', path('key')];
    expect(await run(create)).toMatchObject({ code: 0, stderr: '' });
    const prompts = new Map(promptsOf(await read('contracts')).map((one) => [one.slug, one]));
    const united = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { mood: { enum: ['calm'] }, name: {} },
      required: ['mood', 'name'],
    };
    for (const [slug, contract] of [
      ['enforced', 'enforce'],
      ['talk', 'warn'],
    ] as const)
      expect(prompts.get(slug)).toMatchObject({ contract, versions: [{ schema: united }] });
    for (const slug of ['unjudged', 'silent']) {
      expect(prompts.get(slug)).not.toHaveProperty('contract');
      expect(prompts.get(slug)?.versions[0]).not.toHaveProperty('schema');
    }
    const etag = prompts.get('enforced')?.etag;
    await write('enforced', 'contract: warn\n', text);
    await run(create);
    const changed = promptsOf(await read('contracts')).find(({ slug }) => slug === 'enforced');
    expect(changed?.etag).not.toBe(etag);
  });

  it('takes the place of an earlier one, and of no px0', async () => {
    await run(args('folder'));
    await run(args('same'));
    const [one, other] = [await read('folder'), await read('same')];
    const revision = Buffer.from(other.replica.last ?? '', 'base64url').toString();
    expect(revision).toBe(`1:0:${other.createdAt}`);
    expect(promptsOf(one).map(({ slug }) => slug)).toEqual(promptsOf(other).map(({ slug }) => slug));
    // Of another name, so of another team.
    expect([...one.replica.teamIds]).not.toEqual([...other.replica.teamIds]);
    await run(args('same'));
    const later = await read('same');
    expect([...later.replica.teamIds]).toEqual([...other.replica.teamIds]);
    expect(compareRevisions(later.replica.last ?? '', other.replica.last ?? '')).toBeGreaterThanOrEqual(0);
    expect(compareRevisions(REVISION, later.replica.last ?? '')).toBeGreaterThan(0);
  });

  it('is narrowed by slugs', async () => {
    expect(await run([...args('narrow'), '--slugs', 'greeting'])).toMatchObject({ code: 0 });
    expect(promptsOf(await read('narrow')).map(({ slug }) => slug)).toEqual(['greeting']);
    expect(await run([...args('narrow'), '--slugs', 'greeting,nothing'])).toMatchObject({ code: 5 });
  });

  it.each([
    [
      '---\nname: Broken\nstatus: live\n---\n{{if}}\n',
      'cannot be compiled: template: prompt:1: missing value for if',
    ],
    ['---\nname: Broken\nkind: chat\nstatus: live\n---\nuser:\n{{end}}\n', 'cannot be compiled'],
    [
      '---\nname: Broken\nstatus: live\ninput:\n  schema:\n    pattern: a\n---\nHi\n',
      'has an invalid input schema: variables: pattern is not supported',
    ],
    ['no head', 'does not start with YAML'],
  ])('is not made of a broken file: %j', async (text, words) => {
    await mkdir(path('broken'), { recursive: true });
    await writeFile(path('broken/bad.prompt.md'), text);
    const { code, stderr } = await run([
      'create',
      path('none'),
      '--from',
      path('broken'),
      '--key-file',
      path('key'),
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(stderr).toContain('bad.prompt.md');
    expect(await readdir(network.folder)).not.toContain('none');
  });
});

describe('a bundle that is there', () => {
  beforeAll(async () => {
    const folder = path('shown-prompts');
    await mkdir(folder);
    await writeFile(
      join(folder, 'hello.prompt.md'),
      '---\nname: Hello\nstatus: live\ntags: [prod]\n---\nHi\n',
    );
    await run(['create', path('shown'), '--from', folder, '--key-file', path('key')]);
  });

  it('is checked as applications do', async () => {
    const { code, stdout } = await run(['verify', path('shown'), '--key', otherKey, '--key', publicKey]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^shown: 1 prompt, made .* never expires, signed by key [0-9a-f]{8}\.\n$/),
    ]);
    const env = { PX0_BUNDLE_KEYS: `${otherKey},\n${publicKey}` };
    const json = await run(['verify', path('shown'), '--json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'shown', not_after: null, prompts: 1 });
  });

  it('is refused with the words of applications', async () => {
    expect(await run(['verify', path('shown'), '--key', otherKey])).toMatchObject({
      code: 7,
      stdout: '',
      stderr: `px0: bundle is not signed by a trusted key: ${path('shown')}\n`,
    });
    const text = await readFile(path('shown'), 'utf8');
    await writeFile(path('tampered'), text.replace('"template":"Hi"', '"template":"Ho"'));
    expect(await run(['verify', path('tampered'), '--key', publicKey])).toMatchObject({
      code: 7,
      stderr: `px0: bundle signature does not match: ${path('tampered')}\n`,
    });
    // What it says can be looked at all the same.
    expect((await run(['show', path('tampered'), '--json'])).stdout).toContain('"template": "Ho"');
  });

  it('is shown', async () => {
    const { stdout, stderr } = await run(['show', path('shown')]);
    expect(stdout).toMatch(/^SLUG +STATUS +LIVE +TAGS +TEAM\nhello +active +1 +prod=1 +[0-9a-f-]{36}\n$/);
    expect(stderr).toContain('"px0 bundle verify" checks the signature.');
    expect(await run(['show', path('key')])).toMatchObject({ code: 7 });
    expect(await run(['show', path('nothing')])).toMatchObject({ code: 2 });
  });
});
