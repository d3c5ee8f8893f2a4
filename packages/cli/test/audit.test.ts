/** `px0 audit` with a played px0: what is asked, printed and refused. Verification itself is tested in `packages/audit`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { follow, genesis, type Head, headText } from '@px0/audit';
import { beforeEach, describe, expect, it } from 'vitest';
import { px0, REVISION } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('audit');
const ORG = '0b9f0d5e-3f5a-4c39-9d0e-6a1c2f1b7a11';
const env = { PX0_HOST: 'http://px0.test', PX0_ACCESS_TOKEN: 'sess_1' };

/** A chain of so many entries. */
function chain(context: string, length: number) {
  const heads: Head[] = [genesis(ORG, context)];
  const lines: string[] = [];
  for (let index = 0; index < length; index++) {
    const entry = {
      org_id: ORG,
      context,
      id: String(index + 1),
      action: 'tag.set',
      details: { tag: 'prod' },
    };
    const head = follow(heads[index] ?? genesis(ORG, context), entry);
    heads.push(head);
    lines.push(JSON.stringify({ ...entry, ...head, text: null }));
  }
  return { heads, lines, text: lines.map((line) => `${line}\n`).join('') };
}

const registry = chain('registry', 5);

beforeEach(() => {
  network.answer(({ url }) => {
    const [, context = ''] = /^\/v1\/orgs\/[^/]+\/audit\/(\w+)$/.exec(url.pathname) ?? [];
    const { heads, lines } = context === 'registry' ? registry : chain(context, 1);
    const after = Number(url.searchParams.get('after'));
    // Pages are small: px0 may send fewer lines than it was asked for.
    const page = lines.slice(after, after + 2);
    return {
      status: 200,
      body: page.map((line) => `${line}\n`).join(''),
      headers: {
        'px0-revision': REVISION,
        'px0-audit-head': headText(heads.at(-1) ?? genesis(ORG, context)),
      },
    };
  });
});

const file = async (name: string, text: string) => {
  const path = join(network.folder, name);
  await writeFile(path, text);
  return path;
};

describe('px0 audit export', () => {
  it('prints all chains, or one, or what is behind a number', async () => {
    const all = await px0(['audit', 'export', '--org', ORG], { env });
    expect(all).toEqual({
      code: 0,
      stderr: '',
      stdout: chain('identity', 1).text + chain('tenancy', 1).text + registry.text,
    });
    const some = await px0(['audit', 'export', '--org', ORG, '--context', 'registry', '--after', '3'], {
      env,
    });
    expect(some.stdout).toBe(
      registry.lines
        .slice(3)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect((await px0(['audit', 'export', '--context', 'render'], { env })).code).toBe(2);
  });

  it.each([
    [401, 'unauthorized', 3],
    [403, 'forbidden', 4],
    [404, 'organization not found', 5],
    [404, 'not found', 7],
  ])('%i %s ends with its code', async (status, error, code) => {
    network.answer(() => ({
      status,
      body: JSON.stringify({ error }),
      headers: { 'px0-revision': REVISION },
    }));
    expect((await px0(['audit', 'export', '--org', ORG], { env })).code).toBe(code);
  });
});

describe('px0 audit head', () => {
  it('prints the head of each chain', async () => {
    const { stdout } = await px0(['audit', 'head', '--org', ORG], { env });
    expect(stdout.split('\n').at(-2)).toBe(`registry ${headText(registry.heads[5] ?? genesis(ORG, ''))}`);
  });
});

describe('px0 audit verify', () => {
  const headAt = (number: number) => headText(registry.heads[number] ?? genesis(ORG, ''));

  it('accepts what was exported, in one file or several, or from standard input', async () => {
    const whole = await file('whole', chain('tenancy', 1).text + registry.text);
    const { code, stdout } = await px0(['audit', 'verify', whole]);
    expect([code, stdout]).toEqual([
      0,
      `tenancy: entries 1 to 1 are as px0 sealed them; head ${headText(chain('tenancy', 1).heads[1] ?? genesis(ORG, ''))}
registry: entries 1 to 5 are as px0 sealed them; head ${headAt(5)}
`,
    ]);
    const first = await file('first', registry.lines.slice(0, 2).join('\n'));
    const second = await file('second', registry.lines.slice(2).join('\n'));
    expect((await px0(['audit', 'verify', first, second])).code).toBe(0);
    expect((await px0(['audit', 'verify', second, first])).code).toBe(7);
    expect((await px0(['audit', 'verify', second, '--head', headAt(2)])).stdout).toBe(
      `registry: entries 3 to 5 are as px0 sealed them, and follow entry 2; head ${headAt(5)}\n`,
    );
    expect((await px0(['audit', 'verify', '-'], { input: registry.text })).code).toBe(0);
  });

  it('refuses what was changed, and an end that is missing', async () => {
    const changed = await file('changed', registry.text.replace('"id":"3"', '"id":"8"'));
    const { code, stderr } = await px0(['audit', 'verify', changed]);
    expect([code, stderr]).toEqual([7, 'px0: entry 3 of registry does not follow entry 2\n']);
    const shorter = await file('shorter', registry.lines.slice(0, -1).join('\n'));
    expect((await px0(['audit', 'verify', shorter])).code).toBe(0);
    expect((await px0(['audit', 'verify', shorter, '--head', headAt(5)])).code).toBe(7);
    expect((await px0(['audit', 'verify', shorter, '--head', 'x'])).code).toBe(2);
    expect((await px0(['audit', 'verify', join(network.folder, 'none')])).code).toBe(2);
  });
});
