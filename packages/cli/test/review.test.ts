/** `test` and `review` of folders: what px0 says of texts that are not pushed, for people, for CI, and as a comment. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fenced } from '../src/review/fence.ts';
import { MOST_CHARACTERS, markdownOf, markerOf } from '../src/review/markdown.ts';
import { px0, REVISION, type Reply, type SentRequest } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const net = stubNetwork('cli-review');
const TEAM = '5d2c8e1a-3f74-4b6e-9c1d-7e8f90a1b2c3';
const POLICY = '0b7f3c52-9a1e-4a44-8f0e-6a4d2f1c9b10';
const env = { PX0_ACCESS_TOKEN: 'ak_0', PX0_TEAM: TEAM };
let prompts: string;

beforeEach(async () => {
  prompts = join(net.folder, 'prompts');
  await rm(prompts, { recursive: true, force: true });
  await mkdir(prompts);
});

async function file(slug: string, head: string, text: string): Promise<void> {
  await writeFile(join(prompts, `${slug}.prompt.md`), `---\nname: ${slug}\n${head}---\n${text}\n`);
}

const rendered = (text: string) => ({ outcome: 'rendered', rendered: text, error: null });
const payload = (name: string | null, text: string, more: object = {}) => ({
  ...{ payload_id: null, name, version: rendered(text), live: null, diff: null, assertions: [] },
  ...more,
});
const check = (payloads: object[], more: object = {}) => ({
  ...{ version: 1, live_version: null, base_version: null, passed: true, failed: 0, warnings: 0 },
  ...{ new_variables: [], contract: { breaks: [], notices: [] }, payloads_digest: 'sha256:0', payloads },
  ...more,
});
const assertion = (ok: boolean, message: string | null, severity = 'error') => ({
  ...{ type: 'contains', ok, severity, message },
});

/** A px0 that answers previews like this, and has no folders. */
function previews(answer: object, also: (request: SentRequest) => Reply | undefined = () => undefined): void {
  const whole = { changes: [], checks: [], requirements: [], invalid: [], ...answer };
  net.answer((request) => {
    const headers = { 'px0-revision': REVISION };
    if (request.url.pathname === `/v1/teams/${TEAM}/import/preview`)
      return { status: 200, headers, body: JSON.stringify(whole) };
    if (request.url.pathname.endsWith('/folders')) return { status: 200, headers, body: '{"folders":[]}' };
    return also(request);
  });
}

describe('test', () => {
  const failing = {
    checks: [
      {
        slug: 'refund',
        check: check([
          payload('vip', 'Hello', {
            assertions: [assertion(false, 'does not contain "refund"'), assertion(true, null)],
          }),
          payload(null, 'Hello', { assertions: [assertion(false, 'has 9 characters', 'warning')] }),
        ]),
      },
      { slug: 'greeting', check: check([payload('ann', 'Hi Ann')]) },
    ],
  };

  it('of a folder sends its files with their assertions, writes nothing, and fails with its tests', async () => {
    await file(
      'refund',
      'payloads: [{name: vip, variables: {}, assertions: [{type: contains, value: refund}]}]\n',
      'Hello',
    );
    await file('greeting', '', 'Hi');
    previews(failing);
    const junit = join(net.folder, 'junit.xml');
    const { code, stdout, stderr } = await px0(['test', prompts, '--junit', junit], { env });
    expect(stdout.split('\n')).toEqual([
      'ok   greeting: 1 payload',
      'fail refund: vip: does not contain "refund"',
      'warn refund: payload 2: has 9 characters',
      '2 prompts, 3 payloads: 1 failed, 1 warning.',
      '',
    ]);
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: 'px0: tests failed: 2 prompts, 3 payloads: 1 failed, 1 warning.\n',
    });
    const sent = net.sent.filter(({ method }) => method === 'POST');
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      document: {
        kind: 'px0/prompts/v2',
        prompts: [
          { slug: 'greeting' },
          { payloads: [{ name: 'vip', assertions: [{ type: 'contains', value: 'refund' }] }] },
        ],
      },
    });
    expect(await readFile(junit, 'utf8')).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="px0" tests="3" failures="1">
  <testsuite name="greeting" tests="1" failures="0">
    <testcase classname="greeting" name="ann"/>
  </testsuite>
  <testsuite name="refund" tests="2" failures="1">
    <testcase classname="refund" name="vip">
      <failure message="does not contain &quot;refund&quot;"/>
    </testcase>
    <testcase classname="refund" name="payload 2">
      <system-out>has 9 characters</system-out>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('fails with renders that fail, unless that is expected, and with files that px0 refuses', async () => {
    await file('a', '', '{{.x}}');
    const failed = { outcome: 'failed', rendered: null, error: 'template execution failed: no x' };
    const expected = [{ type: 'fails', ok: true, severity: 'error', message: null }];
    previews({
      checks: [
        {
          slug: 'a',
          check: check([
            payload('bad', '', { version: failed }),
            payload('expected', '', { version: failed, assertions: expected }),
          ]),
        },
      ],
      invalid: [{ slug: 'b', error: 'invalid document: prompts.1.versions.0.template: invalid template' }],
    });
    const { code, stdout } = await px0(['test', prompts, '--json'], { env });
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ passed: false, prompts: 2, payloads: 2, failed: 2 },
      results: [
        { payloads: [{ failures: ['template execution failed: no x'] }, { failures: [] }] },
        { slug: 'b', errors: ['template: invalid template'], passed: false },
      ],
    });
  });

  it('writes new snapshots into the files, and judges those', async () => {
    await file('a', 'payloads: [{name: ann, variables: {}, assertions: [{type: snapshot}]}]\n', 'Hi');
    const snapshot = { type: 'snapshot', ok: false, severity: 'error', message: 'no snapshot was accepted' };
    const answer = (ok: boolean) => ({
      checks: [{ slug: 'a', check: check([payload('ann', 'Hi', { assertions: [{ ...snapshot, ok }] })]) }],
    });
    previews(answer(false));
    expect((await px0(['test', prompts, '--update-snapshots'], { env })).stderr).toContain(
      'px0: updated 1 snapshot in ',
    );
    expect(await readFile(join(prompts, 'a.prompt.md'), 'utf8')).toContain('    snapshot: Hi\n');
    expect(net.sent.filter(({ method }) => method === 'POST')).toHaveLength(2);
    previews(answer(true));
    const before = await readFile(join(prompts, 'a.prompt.md'), 'utf8');
    expect((await px0(['test', prompts, '--update-snapshots'], { env })).code).toBe(0);
    expect(await readFile(join(prompts, 'a.prompt.md'), 'utf8')).toBe(before);
  });

  it('judges a folder without px0, as px0 would', async () => {
    const payloads = JSON.stringify([
      {
        name: 'ann',
        variables: { name: 'Ann' },
        assertions: [
          { type: 'contains', value: 'Ann' },
          { type: 'matches', value: '^Hi (Ann|Bob)!$' },
          { type: 'equals', value: 'Hi Ben!' },
          { type: 'max_tokens', value: 1 },
        ],
      },
      { name: 'nobody', variables: {}, assertions: [{ type: 'fails', value: 'name' }] },
      { name: 'old', variables: { name: 'Eve' }, assertions: [{ type: 'snapshot' }], snapshot: 'Hello Eve' },
    ]);
    await file('a', `payloads: ${payloads}\n`, 'Hi {{.name}}!');
    await file('b', '', '{{.name');
    await file('c', 'payloads: [{variables: {}, assertions: [{type: matches, value: "(?=a)"}]}]\n', 'Hi');
    const { code, stdout } = await px0(['test', prompts, '--offline'], {});
    expect({ code, lines: stdout.replaceAll(`${prompts}/`, '').trimEnd().split('\n') }).toEqual({
      code: 7,
      lines: [
        'fail a: ann: is not equal: first difference at character 4',
        'warn a: ann: tokens are not counted offline',
        'fail a: old: differs from the snapshot of the file',
        expect.stringMatching(/^fail b: b\.prompt\.md cannot be compiled: /),
        expect.stringMatching(/^fail c: payloads\.0\.assertions\.0\.value: is no RE2 pattern: /),
        '3 prompts, 3 payloads: 4 failed, 1 warning.',
      ],
    });
    expect(net.sent).toEqual([]);
  });

  it.each([
    [['test', '.', 'other'], '. is a folder; test one folder at a time, or prompts'],
    [['test', '.', '--version', '7'], 'a folder has no versions'],
    [['test', 'greeting', '--offline'], '--offline works with a folder of files only'],
    [['test', '.', '--offline', '--update-snapshots'], '--update-snapshots needs px0'],
    [['test', ''], 'the folder or prompt must not be empty'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await px0(args, { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('review', () => {
  const answer = {
    changes: [
      { action: 'create_version', slug: 'greeting', subject: '1' },
      { action: 'promote_version', slug: 'greeting', subject: '1' },
    ],
    checks: [
      {
        slug: 'greeting',
        check: check(
          [
            payload('ann', 'Hi ``` @ada', {
              live: rendered('Hello'),
              diff: '--- live\n+++ version\n-Hello\n+Hi ```` @ada ![x](https://evil.example/x.png)\n',
              assertions: [assertion(false, 'contains "@everyone <b>"')],
            }),
          ],
          { contract: { breaks: ['added required mood'], notices: [] } },
        ),
      },
    ],
    requirements: [
      {
        ...{ slug: 'greeting', transition: 'live', tag: null, policy_id: POLICY, policy_name: '# @Prod' },
        ...{
          approvals_needed: 1,
          approvals_given: 0,
          checks: [],
          satisfied: false,
          unmet: ['1 more approval'],
        },
      },
    ],
  };

  it('says all in one report, with foreign texts in fences only', async () => {
    await file('greeting', '', 'Hi');
    previews(answer);
    const { code, stdout, stderr } = await px0(['review', prompts], { env });
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: 'px0: the review fails: 1 change, 1 test failed, policies ask for more.\n',
    });
    expect(
      stdout.replace(prompts.replaceAll(/[^\p{L}\p{N} ._/-]+/gu, '_'), 'FOLDER'),
    ).toBe(`<!-- px0-review FOLDER -->
### ❌ px0: 1 change, 1 test failed, policies ask for more.

#### Tests

\`\`\`text
fail greeting: ann: contains "@everyone <b>"
\`\`\`

#### Contracts

\`\`\`text
note greeting: added required mood
\`\`\`

#### What policies ask

\`\`\`text
greeting: live: # @Prod: 1 more approval
\`\`\`

#### Changes

\`\`\`text
greeting: new version, draft -> stable
\`\`\`

#### How outputs differ from the live versions

\`\`\`text
greeting: ann
\`\`\`

\`\`\`\`\`diff
--- live
+++ version
-Hello
+Hi \`\`\`\` @ada ![x](https://evil.example/x.png)
\`\`\`\`\`

`);
  });

  it('as JSON names the same, and goes to files', async () => {
    await file('greeting', '', 'Hi');
    previews({
      ...answer,
      invalid: [{ slug: 'greeting', error: 'contract break: added required mood (greeting)' }],
    });
    const [out, comment] = [join(net.folder, 'review.json'), join(net.folder, 'comment.md')];
    const args = ['review', prompts, '--format', 'json', '--out', out, '--comment', comment];
    const { code, stdout } = await px0(args, { env });
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({
      passed: false,
      changes: answer.changes,
      tests: { failed: 1 },
      differences: [{ slug: 'greeting', payload: 'ann' }],
      contract: [{ slug: 'greeting', breaks: ['added required mood'], refused: true }],
      requirements: [{ slug: 'greeting', transition: 'live', policy: '# @Prod', unmet: ['1 more approval'] }],
    });
    expect(await readFile(comment, 'utf8')).toContain('fail greeting: added required mood');
    expect((await px0(['review', prompts], { env })).code).toBe(7);
  });

  it('passes with a folder that matches', async () => {
    await file('greeting', '', 'Hi');
    previews({
      checks: [
        { slug: 'greeting', check: check([payload('ann', 'Hi', { live: rendered('Hi'), diff: '' })]) },
      ],
    });
    const { code, stdout } = await px0(['review', prompts], { env });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('### ✅ px0: 0 changes, all tests pass.\n'),
    });
    expect(stdout).not.toContain('####');
  });
});

describe('a report as a comment', () => {
  const empty = {
    ...{ folder: 'prompts', passed: true, changes: [], suites: [] },
    ...{ differences: [], contract: [], breaks: [], requirements: [] },
  };
  const difference = (slug: string, size: number) => ({
    ...{ slug, payload: 'a', diff: `+${'x'.repeat(size)}`, rendered: '' },
  });

  it('has the smaller differences, and counts the others with a link to everything', () => {
    const sizes = [50_000, 10, 30_000, 1_000, 40_000];
    const differences = sizes.map((size, index) => difference(`p${index}`, size));
    const link = 'https://forge.example/runs/7?a=<b>';
    const text = markdownOf({ ...empty, differences }, { most: MOST_CHARACTERS, link });
    expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(text.match(/^p\d: a$/gm)).toEqual(['p1: a', 'p3: a', 'p2: a']);
    expect(text.endsWith('… and 2 more: [all of it](<https://forge.example/runs/7?a=%3Cb%3E>)\n')).toBe(true);
    const all = markdownOf({ ...empty, differences }, { most: Number.POSITIVE_INFINITY });
    expect(all.match(/^p\d: a$/gm)).toHaveLength(5);
  });

  it('is never longer than a comment may be, whatever it is about', () => {
    const text = fc.oneof(
      fc.string(),
      fc.nat(70_000).map((size) => '`'.repeat(size)),
      fc.nat(9_000).map((size) => 'x\r\n'.repeat(size)),
    );
    const texts = fc.array(text, { maxLength: 40 });
    fc.assert(
      fc.property(texts, texts, texts, text, (errors, breaks, diffs, link) => {
        const report = {
          ...empty,
          folder: errors[0] ?? '',
          suites: errors.map((error, index) => ({ slug: `s${index}`, errors: [error], cases: [] })),
          contract: [{ slug: 'a', breaks, notices: breaks }],
          changes: errors.map((slug) => ({ action: 'set_tag' as const, slug, subject: slug })),
          differences: diffs.map((diff) => ({ slug: 'a', payload: diff, diff, rendered: '' })),
        };
        const comment = markdownOf(report, { most: MOST_CHARACTERS, link: `https://a.example/${link}` });
        expect(comment.length).toBeLessThanOrEqual(MOST_CHARACTERS);
        expect(comment.startsWith('<!-- px0-review ')).toBe(true);
        expect(comment.split('-->')[0]).not.toContain('\n');
      }),
      { numRuns: 60 },
    );
  });

  it('has fences that nothing in them ends', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '```', '\n', '\r', 'a', ' ', '~~~', '-->')), (parts) => {
        const [first = '', ...lines] = fenced(parts.join(''), 'text').trimEnd().split('\n');
        const fence = first.replace('text', '');
        expect(lines.at(-1)).toBe(fence);
        for (const line of lines.slice(0, -1)) expect(line).not.toContain(fence);
      }),
    );
  });

  it('is found again by a marker without anything that ends it', () => {
    expect(markerOf('prompts/support mail')).toBe('<!-- px0-review prompts/support mail -->');
    expect(markerOf('a-->\n<b>')).toBe('<!-- px0-review a-_b_ -->');
  });
});
