/**
 * Keys with limits while identity and render of the build before run beside this one: an old process takes none of them for a key without limits, neither
 * lists, rotates nor deletes it, and does not stand in the way of what is to be told of it. With `npm run test:upgrade`, then back, and forward again.
 */
import { repositoryRoot } from '@px0/local-platform';
import { type Account, Api, type Key, Shape, Story } from '@px0/local-platform/story';
import { createPool, silentLogger } from '@px0/service-kit';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBefore } from './build-before.ts';
import { Rollout } from './rollout.ts';

const before = await buildBefore();
const now = repositoryRoot;
const limits = { slugs: ['billing_*'] };
const long = process.env['PX0_LONG_TESTS'] === '1';

describe.skipIf(typeof before === 'string')(
  `keys with limits beside the build before ${typeof before === 'string' ? `(${before})` : ''}`,
  () => {
    const old = typeof before === 'string' ? '' : before.folder;
    let rollout: Rollout;
    let story: Story;
    let account: Account;
    let pool: ReturnType<typeof createPool>;
    let narrow: Key;
    let ofTeam: Key;
    let otherTeam: string;

    const processOf = (service: 'identity' | 'render', replica: number) =>
      new Api(rollout.platform.services[service][replica]?.url ?? '');
    const NEW = 0;
    const OLD = 1;

    beforeAll(async () => {
      rollout = await Rollout.start(old, {
        gateway: 1,
        identity: 2,
        tenancy: 1,
        'prompt-registry': 1,
        render: 2,
      });
      story = new Story(new Api(rollout.platform.gatewayUrl));
      pool = createPool({
        connectionString: rollout.platform.databaseUrl,
        schema: 'identity',
        logger: silentLogger(),
        max: 1,
      });
      account = await story.account();
      for (const slug of ['billing_reply', 'greeting']) {
        const prompt = await story.emptyPrompt(account.key, account.team, { slug });
        await story.draft(account.key, prompt, 'Hello');
        for (const _ of ['stable', 'live']) await story.promote(account.key, prompt, 1);
      }
      const teams = `/v1/orgs/${account.organization}/teams`;
      otherTeam = (await story.make(account, 'POST', teams, { name: 'Other' })).text('team', 'id');
      await rollout.replaceOne('identity', NEW, now);
      await rollout.replaceOne('render', NEW, now);
    }, 240_000);

    afterAll(async () => {
      await pool?.end();
      await rollout?.[Symbol.asyncDispose]();
    });

    async function createNarrow(teams: readonly string[] = []): Promise<Key> {
      const body = {
        name: 'narrow',
        org_id: account.organization,
        team_ids: teams,
        limits,
        operation: 'all',
      };
      const created = new Shape(
        await processOf('identity', NEW).call('POST', '/v1/api-keys', { token: account.token, body }),
      );
      return { id: created.text('id'), token: created.text('key') };
    }

    const render = async (replica: number, slug: string, key: Key) =>
      (
        await processOf('render', replica).request('POST', `/v1/prompts/${slug}/render`, {
          token: key.token,
          body: {},
        })
      ).status;

    async function listed(replica: number): Promise<string[]> {
      const path = `/v1/api-keys?org_id=${account.organization}`;
      const keys = new Shape(
        await processOf('identity', replica).call('GET', path, { token: account.token }),
      );
      return keys.each('api_keys', 'id').map(String);
    }

    async function rowsOfTeam(): Promise<number> {
      const { rows } = await pool.query('SELECT 1 FROM narrow_api_key_teams WHERE team_id = $1', [otherTeam]);
      return rows.length;
    }

    it('work in the new processes, and are no keys at all in the old ones', async () => {
      narrow = await createNarrow();
      ofTeam = await createNarrow([otherTeam]);
      await expect.poll(() => render(NEW, 'billing_reply', narrow), { timeout: 60_000 }).toBe(200);
      expect(await render(NEW, 'greeting', narrow)).toBe(404);
      // It has read as far as the new one, which has the key's event.
      await expect.poll(() => render(OLD, 'billing_reply', account.key), { timeout: 60_000 }).toBe(200);
      for (const slug of ['billing_reply', 'greeting']) expect(await render(OLD, slug, narrow)).toBe(401);
    }, 120_000);

    it('are neither listed, rotated nor deleted by an old process', async () => {
      expect(await listed(NEW)).toEqual(expect.arrayContaining([narrow.id, ofTeam.id, account.key.id]));
      expect(await listed(OLD)).toEqual([account.key.id]);
      const ask = async (method: 'POST' | 'DELETE', path: string) => {
        const options = { token: account.token, ...(method === 'POST' && { body: {} }) };
        const { status, text } = await processOf('identity', OLD).request(method, path, options);
        return [status, text];
      };
      const missing = [404, '{"error":"api key not found"}'];
      expect(await ask('POST', `/v1/api-keys/${narrow.id}/rotate`)).toEqual(missing);
      expect(await ask('DELETE', `/v1/api-keys/${narrow.id}`)).toEqual(missing);
      expect(await render(NEW, 'billing_reply', narrow)).toBe(200);
    }, 120_000);

    it('that have no limits, and that an old process rotates, are keys of who rotated', async () => {
      const colleague = await story.owner();
      const members = `/v1/teams/${account.team}/members`;
      await story.make(account, 'POST', members, { user_id: colleague.id });
      await story.make(account, 'PUT', `${members}/${colleague.id}/role`, { role: 'admin' });
      const path = `/v1/api-keys/${account.key.id}/rotate`;
      const rotated = async () =>
        await processOf('identity', OLD).request('POST', path, { token: colleague.token, body: {} });
      // The old process may hear of the role a moment later.
      const answer = await eventually(
        async () => {
          const given = await rotated();
          return given.status === 201 ? given : undefined;
        },
        { what: 'the rotation', timeoutMs: 60_000 },
      );
      const successor = new Shape(JSON.parse(answer.text)).text('id');
      const { rows } = await pool.query(
        'SELECT created_by FROM api_keys WHERE id = ANY($1) ORDER BY ordinal',
        [[account.key.id, successor]],
      );
      expect(rows).toEqual([{ created_by: account.id }, { created_by: colleague.id }]);
    }, 120_000);

    it('lose a deleted team, whichever process leads the saga of the others', async () => {
      expect(await rowsOfTeam()).toBe(1);
      await story.make(account, 'DELETE', `/v1/teams/${otherTeam}`);
      await expect.poll(rowsOfTeam, { timeout: 60_000 }).toBe(0);
      await expect.poll(() => listed(NEW), { timeout: 60_000 }).not.toContain(ofTeam.id);
    }, 120_000);

    it.skipIf(!long)(
      'stay out of the way of old processes alone, and are there again with new ones',
      async () => {
        await rollout.replaceOne('identity', NEW, old);
        await rollout.replaceOne('render', NEW, old);
        for (const replica of [NEW, OLD]) {
          expect(await render(replica, 'billing_reply', narrow)).toBe(401);
          expect(await render(replica, 'greeting', account.key)).toBe(200);
        }
        // As the old self-check leaves it, which misses the key's event, and as a new epoch would: what is owed of the key holds up nothing else.
        const owe = `UPDATE outbox SET published_revision = 0, owed_since = now() WHERE subject LIKE '%narrow-key%'`;
        expect((await pool.query(owe)).rowCount).toBeGreaterThan(0);
        const made = await story.key(account, 'read_render');
        await expect.poll(() => render(OLD, 'billing_reply', made), { timeout: 60_000 }).toBe(200);
        const owed = async () => {
          const { rows } = await pool.query<{ subject: string }>(
            'SELECT subject FROM outbox WHERE published_revision < revision',
          );
          return rows.map(({ subject }) => subject.includes('narrow-key'));
        };
        expect(await owed()).not.toContain(false);
        expect(await rollout.platform.logs(200)).not.toContain('the relay failed');

        await rollout.replace('identity', now);
        await rollout.replace('render', now);
        await expect.poll(owed, { timeout: 60_000 }).toEqual([]);
        for (const replica of [NEW, OLD]) {
          await expect.poll(() => render(replica, 'billing_reply', narrow), { timeout: 60_000 }).toBe(200);
          expect(await render(replica, 'greeting', narrow)).toBe(404);
        }
        expect(await listed(OLD)).toContain(narrow.id);
      },
      240_000,
    );
  },
);
