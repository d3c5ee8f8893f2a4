/**
 * From the build before to this one and back, process by process, while work goes on: no render fails and no write is lost; and the two
 * builds' render processes, side by side on one stream, say the same.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, type ServiceName } from '@px0/local-platform';
import { type Account, Api, type Prompt, Story } from '@px0/local-platform/story';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBefore } from './build-before.ts';
import { Rollout } from './rollout.ts';
import { SteadyWork } from './steady-work.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
/** Versions that both render processes render. */
const COMPARED = long ? 1_000 : 200;

/** A service that offers more comes before those that ask for it. */
const forwards: readonly ServiceName[] = ['render', 'prompt-registry', 'gateway', 'identity', 'tenancy'];

const before = await buildBefore();
const now = repositoryRoot;
/** Templates of the engine's vectors with their data. */
let vectors: readonly Vector[];

interface Vector {
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly parse_error?: string;
}

describe.skipIf(typeof before === 'string')(
  `beside the build before${typeof before === 'string' ? ` (${before})` : ''}`,
  () => {
    const old = typeof before === 'string' ? '' : before.folder;
    let rollout: Rollout;
    /** Unlike a `World` it does not ask that answers are as this build describes them. */
    let story: Story;
    let account: Account;
    let prompt: Prompt;
    let work: SteadyWork;

    beforeAll(async () => {
      const file = join(now, 'packages/template/test/vectors/templates-authored.json');
      vectors = JSON.parse(await readFile(file, 'utf8'));
      rollout = await Rollout.start(old);
      story = new Story(new Api(rollout.platform.gatewayUrl));
      account = await story.account();
      prompt = await story.emptyPrompt(account.key, account.team, { slug: 'steady' });
      work = new SteadyWork(rollout.rotation, account.key.token, prompt);
      await work.begin();
    }, 180_000);

    afterAll(() => rollout?.[Symbol.asyncDispose]());

    /** The answers of one render process, whatever they are. */
    async function rendersOf(replica: number, prompts: readonly Saved[]): Promise<unknown[]> {
      const { url = '' } = rollout.platform.services.render[replica] ?? {};
      const answers: unknown[] = [];
      for (const { slug, version, data } of prompts) {
        const response = await fetch(`${url}/v1/prompts/${slug}/versions/${version}/render`, {
          method: 'POST',
          headers: { authorization: `Bearer ${account.key.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ variables: data }),
        });
        answers.push([response.status, await response.text()]);
      }
      return answers;
    }

    interface Saved {
      readonly slug: string;
      readonly version: number;
      readonly data: Vector['data'];
    }

    /** Saves versions by imports, a few hundred at a time. */
    async function save(count: number): Promise<Saved[]> {
      const chosen = vectors
        .filter(({ parse_error, template }) => parse_error === undefined && template !== '')
        .slice(0, count);
      const saved: Saved[] = [];
      for (let from = 0; from < chosen.length; from += 250) {
        const slug = `vectors_${from}`;
        const texts = new Map<string, number>();
        for (const { template, data } of chosen.slice(from, from + 250)) {
          if (!texts.has(template)) texts.set(template, texts.size + 1);
          saved.push({ slug, version: texts.get(template) ?? 0, data });
        }
        const versions = [...texts].map(([template, number]) => ({ number, template }));
        const document = { kind: 'px0/prompts/v1', prompts: [{ slug, name: slug, versions }] };
        await story.make(account.key, 'POST', `/v1/teams/${account.team}/import`, { document });
      }
      return saved;
    }

    it('render processes of both builds say the same, side by side', async () => {
      const saved = await save(COMPARED);
      expect(saved).toHaveLength(COMPARED);
      await rollout.replaceOne('render', 0, now);
      const [ofThis, ofBefore] = await Promise.all([rendersOf(0, saved), rendersOf(1, saved)]);
      expect(ofThis).toEqual(ofBefore);
      expect(work.done.wrong).toEqual([]);
    }, 300_000);

    it('no render fails and no write is lost while this build takes over', async () => {
      await rollout.replaceOne('render', 1, now);
      for (const service of forwards.slice(1)) await rollout.replace(service, now);
      expect(work.done.wrong, await rollout.platform.logs(5)).toEqual([]);
    }, 300_000);

    it('nor while the build before comes back on the new database and the new stream', async () => {
      for (const service of forwards.toReversed()) await rollout.replace(service, old);
      const done = await work.end();
      expect(done.wrong, await rollout.platform.logs(5)).toEqual([]);
      expect(done.renders).toBeGreaterThan(100);
      expect(done.writes).toBeGreaterThan(10);
    }, 300_000);
  },
);
