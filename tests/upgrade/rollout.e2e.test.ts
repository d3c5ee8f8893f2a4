/**
 * From the build before to this one and back, process by process, while work goes on: no render fails and no write is lost, chats
 * included; and render processes of the two builds, side by side on one stream, say the same. Short here; whole with `npm run test:upgrade`.
 */
import { createHash } from 'node:crypto';
import type { Replicas, ServiceName } from '@px0/local-platform';
import { repositoryRoot } from '@px0/local-platform';
import { type Account, Api, Shape, Story } from '@px0/local-platform/story';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBefore } from './build-before.ts';
import { Rollout } from './rollout.ts';
import { asText, type Place, rendersOf, type Sample, saveChats, saveTexts } from './samples.ts';
import { SteadyWork } from './steady-work.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';

/** Versions that render processes of both builds render. */
const samples = long ? { texts: 700, chats: 300 } : { texts: 100, chats: 30 };

const replicas: Replicas = long
  ? { gateway: 2, identity: 2, tenancy: 2, 'prompt-registry': 2, render: 2 }
  : { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 2, render: 2 };

/** What is replaced, in this order. The short form leaves alone what knows nothing of versions. */
const forwards: readonly ServiceName[] = long
  ? ['render', 'prompt-registry', 'gateway', 'identity', 'tenancy']
  : ['render', 'prompt-registry'];

const before = await buildBefore();
const now = repositoryRoot;

const messages = [
  { role: 'system', template: 'Be kind to {{.name}}.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
];
const variables = {
  name: 'Ada',
  question: 'Why?',
  history: [
    { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] },
    { role: 'user', content: '{{.x}}' },
  ],
};
const transcript = 'system:\nBe kind to Ada.\n\nassistant:\n\n\nuser:\n{{.x}}\n\nuser:\nWhy?\n\n';
/** A text whose author wants more than the template needs, and whose contract says so. */
const judged = { template: 'Be {{.mood}}.', input_schema: { properties: { mood: { enum: ['calm'] } } } };
const loud = { variables: { mood: 'loud' } };
const refusal = [422, '{"error":"invalid variables: mood must be one of \\"calm\\""}'];
const rendered = [
  { role: 'system', content: 'Be kind to Ada.' },
  ...variables.history,
  { role: 'user', content: 'Why?' },
];

describe.skipIf(typeof before === 'string')(
  `this build and the one before ${typeof before === 'string' ? `(${before})` : ''}`,
  () => {
    const old = typeof before === 'string' ? '' : before.folder;
    let rollout: Rollout;
    let place: Place;
    let account: Account;
    let work: SteadyWork;
    let chats: readonly Sample[];
    /** What the old engine says of the chats. */
    let oldTexts: readonly unknown[];
    const standing = { slug: 'standing_chat', variables, rendered: transcript };
    let standingId: string;
    let judgedPath: string;

    beforeAll(async () => {
      rollout = await Rollout.start(old, replicas);
      rollout.setRegistry('AUTHORING', 'off');
      // Unlike a `World` it does not ask that answers are as this build describes them.
      const story = new Story(new Api(rollout.platform.gatewayUrl));
      account = await story.account();
      place = { story, who: account.key, team: account.team };
      const prompt = await story.emptyPrompt(account.key, account.team, { slug: 'steady' });
      work = new SteadyWork(rollout.rotation, account.key.token, prompt);
      await work.begin();
    }, 180_000);

    afterAll(() => rollout?.[Symbol.asyncDispose]());

    function sideBySide(asked: readonly Sample[]) {
      const processes = rollout.platform.services.render;
      return Promise.all(processes.map(({ url }) => rendersOf(url, account.key, asked)));
    }

    async function renderLoud(): Promise<[status: number, text: string]> {
      const { story, who } = place;
      const { status, text } = await story.ask(who, 'POST', '/v1/prompts/judged/render', loud);
      return [status, text];
    }

    async function nothingWentWrong(): Promise<void> {
      expect(work.done.wrong.slice(0, 5), await rollout.platform.logs(5)).toEqual([]);
    }

    it('render the same texts and say the same of those that fail, side by side', async () => {
      const texts = await saveTexts(place, samples.texts);
      expect(texts).toHaveLength(samples.texts);
      await rollout.replaceOne('render', 0, now);
      const [ofThis = [], ofBefore = []] = await sideBySide(texts);
      expect(ofThis).toEqual(ofBefore);
      await nothingWentWrong();
    }, 300_000);

    it('lose no render and no write while the new one takes over', async () => {
      await rollout.replaceOne('render', 1, now);
      await rollout.replaceOne('prompt-registry', 0, now);
      await rollout.replaceOne('prompt-registry', 1, now);
      for (const service of forwards.slice(2)) await rollout.replace(service, now);
      await nothingWentWrong();
    }, 300_000);

    it('save no chat before all processes are new and the flag is set, and then all of them', async () => {
      const { story, who, team } = place;
      const prompt = await story.emptyPrompt(who, team, { slug: standing.slug });
      standingId = prompt.id;
      const path = `/v1/prompts/${prompt.id}/versions`;
      const refused = await story.ask(who, 'POST', path, { messages });
      expect([refused.status, refused.text]).toEqual([503, '{"error":"service unavailable"}']);
      const prompts = `/v1/teams/${team}/prompts`;
      const fields = { name: 'judged', contract: 'enforce' };
      for (const [at, body] of [
        [path, judged],
        [prompts, fields],
      ] as const)
        expect((await story.ask(who, 'POST', at, body)).status).toBe(503);
      rollout.setRegistry('AUTHORING', 'on');
      await rollout.replace('prompt-registry', now);
      const made = await story.make(who, 'POST', prompts, fields);
      judgedPath = `/v1/prompts/${made.text('prompt', 'id')}/versions`;
      await story.make(who, 'POST', judgedPath, judged);
      for (const _ of ['stable', 'live']) await story.make(who, 'POST', `${judgedPath}/1/promote`);
      expect(await renderLoud()).toEqual(refusal);
      await story.make(who, 'POST', path, { messages, config: { model: 'm' } });
      await story.promote(who, prompt, 1);
      await story.promote(who, prompt, 1);
      expect(JSON.parse((await story.render(who, prompt, variables)).text)).toEqual({
        rendered: transcript,
        messages: rendered,
        version: 1,
        slug: standing.slug,
        tags: [],
        config: { model: 'm' },
      });
      work.alsoRender(standing);
      // A draft, which the old registry will overwrite.
      await story.make(who, 'POST', path, { messages });
      chats = await saveChats(place, samples.chats);
      await nothingWentWrong();
    }, 300_000);

    it('give the same `rendered` of chats, side by side', async () => {
      await rollout.replaceOne('render', 0, old);
      const [ofBefore = [], ofThis = []] = await sideBySide(chats);
      oldTexts = ofBefore.map(asText);
      expect(ofThis.map(asText)).toEqual(oldTexts);
      expect(ofThis.filter(({ status }) => status === 200).length).toBeGreaterThan(chats.length / 2);
      for (const { status, text } of ofThis) {
        if (status === 200) expect(new Shape(JSON.parse(text)).at('messages')).toBeInstanceOf(Array);
      }
      await nothingWentWrong();
    }, 300_000);

    it('lose nothing, chats included, while the old one comes back on the new database and stream', async () => {
      rollout.setRegistry('AUTHORING', undefined);
      for (const service of forwards.toReversed()) await rollout.replace(service, old);
      const [one = [], other = []] = await sideBySide(chats);
      expect(one.map(asText)).toEqual(oldTexts);
      expect(other.map(asText)).toEqual(oldTexts);
      const { story, who } = place;
      // What people do with a chat in the meantime.
      const path = `/v1/prompts/${standingId}/versions`;
      await story.make(who, 'POST', `${path}/1/tags`, { tag: 'meanwhile' });
      await story.make(who, 'PUT', `${path}/2`, { template: 'a text for {{.name}}' });
      await story.make(who, 'POST', `${path}/1/duplicate`);
      // The old registry publishes the prompt without its contract, which no old process knows.
      await story.make(who, 'POST', `${judgedPath}/1/tags`, { tag: 'meanwhile' });
      expect((await renderLoud())[0]).toBe(200);
      await nothingWentWrong();
    }, 300_000);

    it('have the conversations again when the new one takes over once more', async () => {
      rollout.setRegistry('AUTHORING', 'on');
      for (const service of forwards) await rollout.replace(service, now);
      const done = await work.end();
      expect(done.wrong.slice(0, 5), await rollout.platform.logs(5)).toEqual([]);
      expect(done.renders).toBeGreaterThan(100);
      expect(done.writes).toBeGreaterThan(10);
      const { story, who } = place;
      const version = await story.get(who, `/v1/prompts/${standingId}/versions/1`);
      expect(version.at('version', 'messages')).toEqual(messages);
      const [ofThis = []] = await sideBySide(chats);
      expect(ofThis.map(asText)).toEqual(oldTexts);
      for (const { status, text } of ofThis) {
        if (status === 200) expect(new Shape(JSON.parse(text)).at('messages')).toBeInstanceOf(Array);
      }
      // The tag that was set in between made the old registry publish the prompt without its messages; it is published anew.
      const { slug } = standing;
      await eventually(
        async () => {
          const live = await story.make(who, 'POST', `/v1/prompts/${slug}/render`, { variables });
          expect([live.at('messages'), live.at('config')]).toEqual([rendered, { model: 'm' }]);
          return true;
        },
        { timeoutMs: 60_000, what: 'the messages of the live chat' },
      );
      await expect.poll(renderLoud, { timeout: 60_000 }).toEqual(refusal);
      // What the old registry wrote is a text.
      for (const [number, text] of [
        [2, 'a text for Ada'],
        [3, transcript],
      ] as const) {
        const read = await story.get(who, `/v1/prompts/${standingId}/versions/${number}`);
        expect(read.at('version', 'kind')).toBe('text');
        // Not that of the chat, which the draft was before.
        const digest = createHash('sha256').update(read.text('version', 'template')).digest('hex');
        expect(read.at('version', 'content_hash')).toBe(`sha256:${digest}`);
        const path = `/v1/prompts/${slug}/versions/${number}/render`;
        expect((await story.make(who, 'POST', path, { variables })).value).toEqual({
          rendered: text,
          version: number,
          slug,
          tags: [],
        });
      }
    }, 300_000);
  },
);
