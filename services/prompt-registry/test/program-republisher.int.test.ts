/** Prompts that a process of the release before has published, which knows of a live program the template alone, and no contract. */
import { decodeEvent, stateSubject } from '@px0/contracts';
import { rowsOnly } from '@px0/owner/testing';
import { eventually } from '@px0/testing/servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { rules } from '../src/changes/mod.ts';
import { programRepublisher } from '../src/versions/mod.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

/** What a text may say about the names that the loop looks for, and tags that are called like them. */
const HOSTILE = { template: '"contract":""outline":["config":"\\"outline":[\\\\"config":"' };
const CHAT = { messages: [{ role: 'user', template: `Hi ${HOSTILE.template}` }] };
const CONFIG = { ...HOSTILE, config: { seed: 7, outline: ['"outline":['], config: 'config' } };

/** A prompt whose live version holds this. */
async function live(content: object): Promise<string> {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  const call = (method: string, path: string, body?: unknown) =>
    registry.call(cast.editor, method, `/v1/prompts/${id}/versions${path}`, body);
  expect((await call('POST', '', content)).status).toBe(201);
  for (const _ of ['stable', 'live']) expect((await call('POST', '/1/promote')).status).toBe(200);
  for (const tag of ['outline', 'config', 'contract'])
    expect((await call('POST', '/1/tags', { tag })).status).toBe(200);
  return id;
}

const published = z.looseObject({ state: z.looseObject({ live: z.looseObject({}) }) });

async function payloadOf(id: string): Promise<string> {
  const { rows } = await registry.pool.query<{ payload: string }>(
    'select payload from outbox where subject = $1',
    [stateSubject('prompt', id)],
  );
  return rows[0]?.payload ?? '';
}

/** Writes the prompt's event as the release before would have, so long ago. */
async function forgetProgram(id: string, ago = '0'): Promise<void> {
  const {
    live: program,
    contract: _,
    ...state
  } = z
    .looseObject({
      live: z.looseObject({ number: z.int(), template: z.string() }),
      contract: z.unknown().optional(),
    })
    .parse(JSON.parse(await payloadOf(id)));
  const { number, template } = program;
  const { rowCount } = await registry.pool.query(
    `update outbox set payload = $2, revision = revision + 1, changed_at = clock_timestamp() - $3::interval,
       owed_since = clock_timestamp() where subject = $1`,
    [stateSubject('prompt', id), JSON.stringify({ ...state, live: { number, template } }), ago],
  );
  expect(rowCount).toBe(1);
}

it('are published anew by the next process that starts, and no others', async () => {
  const ids = {
    chat: await live(CHAT),
    config: await live(CONFIG),
    text: await live(HOSTILE),
    whole: await live(CHAT),
    contract: await live(HOSTILE),
  };
  const patched = await registry.call(cast.editor, 'PATCH', `/v1/prompts/${ids.contract}`, {
    contract: 'warn',
  });
  expect(patched.status).toBe(200);
  const whole = await Promise.all(Object.values(ids).map(payloadOf));
  await registry.stopService();
  for (const id of [ids.chat, ids.config, ids.contract]) await forgetProgram(id, '1 year');
  const revisionOf = async (id: string) =>
    (
      await registry.pool.query('select revision from outbox where subject = $1', [
        stateSubject('prompt', id),
      ])
    ).rows;
  const before = await Promise.all([revisionOf(ids.text), revisionOf(ids.whole)]);
  await registry.startService();
  await eventually(
    async () => {
      const now = await Promise.all(Object.values(ids).map(payloadOf));
      return now.every((payload, index) => payload === whole[index]) || undefined;
    },
    { what: 'the whole programs', timeoutMs: 50_000 },
  );
  expect(await Promise.all([revisionOf(ids.text), revisionOf(ids.whole)])).toEqual(before);
  const bus = await registry.openBus();
  const subject = stateSubject('prompt', ids.chat);
  const event = await eventually(
    async () => {
      const message = await bus.directLastMessage('state', subject);
      const { state } = published.parse(decodeEvent(subject, message?.text ?? ''));
      return 'outline' in state.live ? state.live : undefined;
    },
    { what: 'the event', timeoutMs: 30_000 },
  );
  expect(event).toMatchObject({ number: 1, outline: [{ role: 'user', unit: 'message 0' }] });
});

it('are looked for once among all, and from then on among what was published since', async () => {
  const [early, late, whole] = [await live(CHAT), await live(CONFIG), await live(CHAT)];
  /** Which rows the step has written. */
  const { changes } = rowsOnly(registry.pool, rules);
  const { step } = programRepublisher({ changes });
  const written = async (): Promise<string[]> => {
    const places = async () => {
      const { rows } = await registry.pool.query<{ id: string; place: string }>(
        'select id, ctid::text as place from prompts where id = any($1) order by id',
        [[early, late, whole]],
      );
      return new Map(rows.map(({ id, place }) => [id, place]));
    };
    const before = await places();
    expect(await step(new AbortController().signal)).toBe('none');
    const after = await places();
    return [...after.keys()].filter((id) => after.get(id) !== before.get(id));
  };
  await forgetProgram(early, '1 year');
  expect(await written()).toEqual([early]);
  await forgetProgram(late, '1 hour');
  expect(await written()).toEqual([]);
  await forgetProgram(late, '1 minute');
  expect(await written()).toEqual([late]);
});
