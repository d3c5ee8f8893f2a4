/** Policies as people write them, and as the gate applies them. */
import { randomUUID } from 'node:crypto';
import { schemas, type Wire } from '@px0/contracts';
import { eventually } from '@px0/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const policyOf = (reply: Reply) => z.object({ policy: schemas.PromptPolicy }).parse(reply.body).policy;
const versionOf = ({ body }: Pick<Reply, 'body'>) =>
  z.object({ version: schemas.PromptVersion }).parse(body).version;
const policiesOf = (reply: Reply) =>
  z.object({ policies: z.array(schemas.PromptPolicy) }).parse(reply.body).policies;
const requirementsOf = (reply: Reply) =>
  z.object({ requirements: z.array(schemas.Requirement) }).parse(reply.body).requirements;

type Fields = Record<string, unknown>;
const match = { slugs: ['*'], transitions: ['live'] };
const policy = (fields: Fields = {}) => ({
  name: `Policy ${randomUUID()}`,
  match,
  require: { approvals: 1 },
  ...fields,
});

const ofTeam = (by: Bearer, body: unknown, teamId = cast.teamId) =>
  registry.call(by, 'POST', `/v1/teams/${teamId}/prompt-policies`, body);
const ofOrg = (by: Bearer, body: unknown, orgId = cast.orgId) =>
  registry.call(by, 'POST', `/v1/orgs/${orgId}/prompt-policies`, body);

async function made(creation: Promise<Reply>): Promise<Wire<'PromptPolicy'>> {
  const reply = await creation;
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return policyOf(reply);
}

describe('a policy', () => {
  it('gets the defaults of what is omitted', async () => {
    const reply = await ofTeam(cast.admin, policy({ name: ' Defaults ' }));
    expect(reply.status).toBe(201);
    const created = policyOf(reply);
    expect(created).toMatchObject({
      name: 'Defaults',
      enabled: true,
      scope: { kind: 'team', team_id: cast.teamId },
      match,
      require: {
        approvals: 1,
        roles: ['admin', 'editor'],
        not_author: true,
        not_contributor: false,
        max_age_hours: null,
        checks: [],
      },
      rollback: 'exempt',
      break_glass: { roles: ['admin'] },
      updated_by: cast.admin.id,
    });
    expect(reply.headers.get('etag')).toBe(`"${created.updated_at}"`);
    await registry.call(cast.admin, 'DELETE', `/v1/prompt-policies/${created.id}`);
  });

  const faults: [string, Fields, string][] = [
    ['no match', { match: undefined }, 'match: is required'],
    ['no slugs', { match: { transitions: ['live'] } }, 'match.slugs: is required'],
    ['empty slugs', { match: { ...match, slugs: [] } }, 'match.slugs: must have from 1 to 20 patterns'],
    [
      'an empty pattern',
      { match: { ...match, slugs: [''] } },
      'match.slugs.0: must have from 1 to 255 characters',
    ],
    [
      'an unknown transition',
      { match: { ...match, transitions: ['live', 'dead'] } },
      'match.transitions.1: is not known',
    ],
    [
      'no transition',
      { match: { ...match, transitions: [] } },
      'match.transitions: must have at least one item',
    ],
    [
      '21 folders',
      { match: { ...match, folders: Array(21).fill('a') } },
      'match.folders: must have from 1 to 20 patterns',
    ],
    ['no requirement', { require: undefined }, 'require: is required'],
    ['6 approvals', { require: { approvals: 6 } }, 'require.approvals: must be a whole number from 0 to 5'],
    [
      'half an approval',
      { require: { approvals: 0.5 } },
      'require.approvals: must be a whole number from 0 to 5',
    ],
    ['an unknown role', { require: { roles: ['owner'] } }, 'require.roles.0: is not known'],
    [
      'nobody',
      { require: { approvals: 1, roles: [] } },
      'require.roles: must not be empty unless user_ids names enough reviewers',
    ],
    [
      'an age of 0',
      { require: { max_age_hours: 0 } },
      'require.max_age_hours: must be a whole number from 1 to 8760',
    ],
    [
      '51 users',
      { require: { user_ids: Array.from({ length: 51 }, () => randomUUID()) } },
      'require.user_ids: must have at most 50 items',
    ],
    ['an unknown check', { require: { checks: [{ kind: 'luck' }] } }, 'require.checks.0.kind: is not known'],
    [
      'a nameless check',
      { require: { checks: [{ kind: 'external' }] } },
      'require.checks.0.name: is required',
    ],
    [
      'a loud check',
      { require: { checks: [{ kind: 'external', name: 'EVALS' }] } },
      'require.checks.0.name: must be 1-64 characters of a-z, 0-9, dots, underscores and dashes',
    ],
    [
      'a check twice',
      { require: { checks: [{ kind: 'contract' }, { kind: 'contract' }] } },
      'require.checks.1: is there twice',
    ],
    [
      'a named contract',
      { require: { checks: [{ kind: 'contract', name: 'a' }] } },
      'require.checks.0.name: is for external checks only',
    ],
    ['an unknown rollback', { rollback: 'never' }, 'rollback: is not known'],
    ['viewers who break glass', { break_glass: { roles: ['viewer'] } }, 'break_glass.roles.0: is not known'],
    [
      'nobody who breaks glass',
      { break_glass: { roles: [] } },
      'break_glass: must name somebody; null is for nobody',
    ],
    ['a long name', { name: 'n'.repeat(256) }, 'name: must be at most 255 characters'],
  ];
  it.each(faults)('is refused with %s', async (_what, fields, detail) => {
    expect(errorOf(await ofTeam(cast.admin, policy(fields)))).toEqual(
      refused(400, `invalid policy: ${detail}`),
    );
  });

  it('is refused in order', async () => {
    const nobody = randomUUID();
    expect(errorOf(await ofTeam(cast.admin, {}, 'x'))).toEqual(refused(400, 'invalid id'));
    expect(errorOf(await ofTeam(cast.editor, { name: 1 }))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await ofTeam(cast.allKey, policy()))).toEqual(refused(401, 'unauthorized'));
    expect(errorOf(await ofTeam(cast.admin, { name: 1 }))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await ofTeam(cast.admin, { match: {} }))).toEqual(refused(400, 'name is required'));
    expect(errorOf(await ofOrg(cast.orgAdmin, {}, nobody))).toEqual(refused(404, 'organization not found'));
    expect(errorOf(await ofOrg(cast.admin, {}))).toEqual(refused(403, 'forbidden'));
    const first = await made(ofTeam(cast.admin, policy({ name: 'Taken' })));
    expect(errorOf(await ofTeam(cast.orgAdmin, policy({ name: 'TAKEN' })))).toEqual(
      refused(409, 'policy name already exists'),
    );
    const other = await made(
      ofOrg(cast.orgAdmin, policy({ name: 'Taken', match: { ...match, slugs: ['x'] } })),
    );
    const put = (by: Bearer, id: string, body: unknown, headers?: Record<string, string>) =>
      registry.call(by, 'PUT', `/v1/prompt-policies/${id}`, body, headers);
    expect(errorOf(await put(cast.admin, nobody, policy()))).toEqual(refused(404, 'policy not found'));
    expect(errorOf(await put(cast.outsider, first.id, policy()))).toEqual(refused(404, 'policy not found'));
    expect(errorOf(await put(cast.outsider, other.id, policy()))).toEqual(refused(404, 'policy not found'));
    expect(errorOf(await put(cast.viewer, first.id, {}))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await put(cast.admin, other.id, {}))).toEqual(refused(403, 'forbidden'));
    const ifMatch = { 'if-match': '"2020-01-01T00:00:00Z"' };
    expect(errorOf(await put(cast.admin, first.id, {}, ifMatch))).toEqual(refused(400, 'name is required'));
    expect(errorOf(await put(cast.admin, first.id, policy(), ifMatch))).toEqual(
      refused(412, 'precondition failed'),
    );
    const replaced = await put(cast.admin, first.id, policy({ name: 'Taken', enabled: false }), {
      'if-match': `"${first.updated_at}"`,
    });
    expect(policyOf(replaced)).toMatchObject({ id: first.id, name: 'Taken', enabled: false });
    const removed = (headers: Record<string, string>) =>
      registry.call(cast.admin, 'DELETE', `/v1/prompt-policies/${first.id}`, undefined, headers);
    expect((await removed({ 'if-match': `"${first.updated_at}"` })).status).toBe(412);
    expect((await removed({ 'if-match': '*' })).status).toBe(204);
    expect((await removed({})).status).toBe(404);
    await registry.call(cast.orgAdmin, 'DELETE', `/v1/prompt-policies/${other.id}`);
  });

  it('is listed behind those of the organization, also for keys, and at most 20 of a team', async () => {
    const { id: orgId, defaultTeamId } = await registry.tenancy.createOrganization();
    const teamId = await registry.tenancy.createTeam(orgId);
    const admin = await registry.identity.register();
    await registry.tenancy.setMember(defaultTeamId, admin.id, 'admin');
    const creations = Array.from({ length: 22 }, (_, index) =>
      ofTeam(admin, policy({ name: `T${String(index).padStart(2, '0')}` }), teamId),
    );
    const statuses = (await Promise.all(creations)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(errorOf(await ofTeam(admin, policy(), teamId))).toEqual(refused(422, 'too many policies'));
    await made(ofOrg(admin, policy({ name: 'Z' }), orgId));
    const listed = policiesOf(await registry.call(admin, 'GET', `/v1/teams/${teamId}/prompt-policies`));
    expect(listed).toHaveLength(21);
    expect(listed[0]?.name).toBe('Z');
    expect(listed.map(({ name }) => name).slice(1)).toEqual(
      listed
        .map(({ name }) => name)
        .slice(1)
        .sort(),
    );
    const key = await registry.identity.createKey(orgId, { operation: 'read_render' });
    expect((await registry.call(key, 'GET', `/v1/teams/${teamId}/prompt-policies`)).body).toEqual({
      policies: listed,
    });
    // What is deleted takes its policies along.
    await registry.tenancy.deleteTeam(teamId);
    await registry.tenancy.deleteOrganization(orgId);
    await eventually(async () => {
      const { rows } = await registry.pool.query(
        'select from prompt_policies where team_id = $1 or org_id = $2',
        [teamId, orgId],
      );
      return rows.length === 0;
    });
  });

  it('leaves entries in the audit that lists of prompts do not show', async () => {
    const created = await made(ofTeam(cast.admin, policy()));
    await registry.call(cast.admin, 'DELETE', `/v1/prompt-policies/${created.id}`);
    const { rows } = await registry.pool.query<{ action: string; prompt_id: null; team_id: string }>(
      `select action, prompt_id, team_id from audit_entries where detail ->> 'policy' = $1 order by id`,
      [created.id],
    );
    expect(rows).toEqual(
      ['policy.created', 'policy.deleted'].map((action) => ({
        action,
        prompt_id: null,
        team_id: cast.teamId,
      })),
    );
    const { body } = await registry.call(cast.admin, 'GET', `/v1/teams/${cast.teamId}/prompts/audit`);
    expect(JSON.stringify(body)).not.toContain('policy.created');
  });
});

describe('under policies', () => {
  let own: Cast;
  let prompt: string;
  let slug: string;

  const call = (by: Bearer, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    registry.call(by, method, `/v1/prompts/${prompt}${path}`, body, headers);
  const promote = (by: Bearer, version: number, headers?: Record<string, string>) =>
    call(by, 'POST', `/versions/${version}/promote`, undefined, headers);
  const required = refused(409, 'change request required: Production');
  const explain = async (query: string) =>
    requirementsOf(await call(own.editor, 'GET', `/requirements?${query}`));

  async function remove(...policies: readonly Wire<'PromptPolicy'>[]): Promise<void> {
    for (const { id } of policies) await registry.call(own.orgAdmin, 'DELETE', `/v1/prompt-policies/${id}`);
  }

  afterEach(() => registry.pool.query('delete from prompt_policies'));

  /** Version 1 was live, 2 is; 3 is stable, 4 a draft. */
  beforeAll(async () => {
    own = await registry.cast();
    const created = await registry.prompts.create(own.editor, own.teamId, {
      slug: `billing_${randomUUID()}`,
      folder: 'support/mail',
    });
    prompt = created.id;
    slug = created.slug;
    for (const state of ['live', 'live', 'stable', 'draft'] as const)
      await registry.prompts.versionIn(own.editor, prompt, state);
  });

  it('a promotion needs a change request, whoever asks', async () => {
    const production = await made(
      ofTeam(
        own.admin,
        policy({ name: 'Production', match: { ...match, slugs: ['billing_*'] } }),
        own.teamId,
      ),
    );
    const billing = await made(ofOrg(own.orgAdmin, policy({ name: 'Zebra' }), own.orgId));
    const elsewhere = await made(
      ofTeam(own.admin, policy({ match: { ...match, slugs: ['other'], folders: ['x'] } }), own.teamId),
    );
    const off = await made(ofTeam(own.admin, policy({ enabled: false }), own.teamId));
    const both = refused(409, 'change request required: Zebra, Production');
    for (const by of [own.admin, own.editor, own.allKey]) expect(errorOf(await promote(by, 3))).toEqual(both);
    // Its own refusals come first.
    expect(errorOf(await promote(own.editor, 9))).toEqual(refused(404, 'version not found'));
    expect(errorOf(await promote(own.viewer, 3))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await promote(own.editor, 3, { 'if-match': '"x"' }))).toEqual(
      refused(412, 'precondition failed'),
    );
    expect(await explain('transition=live&version=3')).toMatchObject([
      { policy_id: billing.id, approvals_needed: 1, approvals_given: 0, unmet: ['1 more approval'] },
      { policy_id: production.id, satisfied: false, checks: [] },
    ]);
    expect(errorOf(await call(own.editor, 'GET', '/requirements?transition=x'))).toEqual(
      refused(400, 'invalid transition, must be stable, live, demote, tag, archive, move, or payloads'),
    );
    expect(errorOf(await call(own.editor, 'GET', '/requirements?transition=live&version=9'))).toEqual(
      refused(404, 'version not found'),
    );
    expect(await explain('transition=demote')).toEqual([]);
    await remove(billing, production, elsewhere, off);
  });

  it('a policy counts as it stands, also where another process has changed it', async () => {
    const production = await made(ofTeam(own.admin, policy({ name: 'Production' }), own.teamId));
    const change = (set: string) =>
      registry.pool.query(`update prompt_policies set ${set} where id = $1`, [production.id]);
    expect(errorOf(await promote(own.editor, 3))).toEqual(required);
    await change(`name = 'Renamed'`);
    expect(errorOf(await promote(own.editor, 3))).toEqual(refused(409, 'change request required: Renamed'));
    await change('enabled = false');
    expect(await explain('transition=live&version=3')).toEqual([]);
    await change('enabled = true');
    expect(await explain('transition=live&version=3')).toMatchObject([{ policy_id: production.id }]);
    await remove(production);
  });

  it('what was live not long ago goes live again at once, unless a policy guards that, too', async () => {
    const production = await made(ofTeam(own.admin, policy({ name: 'Production' }), own.teamId));
    expect(await explain('transition=live&version=1')).toEqual([]);
    expect((await promote(own.editor, 1)).status).toBe(200);
    const { body } = await call(own.editor, 'GET', '/audit');
    expect(body).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({
          action: 'version.promoted',
          version: 1,
          details: { from: 'stable', to: 'live', replaced: 2, rollback: true },
        }),
      ]),
    });
    // What is older has been forgotten for a reason.
    await registry.pool.query('alter table audit_entries disable trigger audit_entries_immutable');
    await registry.pool.query("update audit_entries set at = at - interval '31 days' where prompt_id = $1", [
      prompt,
    ]);
    await registry.pool.query('alter table audit_entries enable trigger audit_entries_immutable');
    expect(errorOf(await promote(own.editor, 2))).toEqual(required);
    await remove(production);
    await promote(own.editor, 2);
    const guarded = await made(
      ofTeam(own.admin, policy({ name: 'Production', rollback: 'guarded' }), own.teamId),
    );
    expect(errorOf(await promote(own.editor, 1))).toEqual(required);
    await remove(guarded);
  });

  it('who is named by every policy breaks the glass with a reason', async () => {
    const production = await made(ofTeam(own.admin, policy({ name: 'Production' }), own.teamId));
    const glass = (by: Bearer, reason: string) => promote(by, 3, { 'px0-break-glass': reason });
    expect(errorOf(await glass(own.admin, ''))).toEqual(refused(400, 'reason is required'));
    expect(errorOf(await glass(own.admin, '%E0%A4%A'))).toEqual(refused(400, 'reason is required'));
    expect(errorOf(await glass(own.admin, '%20'))).toEqual(refused(400, 'reason is required'));
    expect(errorOf(await glass(own.admin, '%C3%A9'.repeat(251)))).toEqual(
      refused(400, 'reason must be at most 500 bytes'),
    );
    for (const by of [own.editor, own.allKey])
      expect(errorOf(await glass(by, 'outage'))).toEqual(refused(403, 'forbidden'));
    const nobody = await made(ofTeam(own.admin, policy({ break_glass: null }), own.teamId));
    expect(errorOf(await glass(own.admin, 'outage'))).toEqual(refused(403, 'forbidden'));
    await remove(nobody);
    expect((await glass(own.admin, 'outage%20INC-7')).status).toBe(200);
    const { body } = await call(own.editor, 'GET', '/audit');
    expect(body).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({
          action: 'policy.broken',
          version: 3,
          text: 'outage INC-7',
          details: { transition: 'live', policies: production.id },
        }),
      ]),
    });
    await remove(production);
    await promote(own.editor, 2);
  });

  it('a protected tag stays off drafts, and a draft that has one is guarded itself', async () => {
    await registry.prompts.tag(own.editor, prompt, 4, 'prod_old');
    const production = await made(
      ofTeam(
        own.admin,
        policy({ name: 'Production', match: { slugs: ['*'], transitions: ['tag'], tags: ['prod*'] } }),
        own.teamId,
      ),
    );
    const tag = (version: number, name: string) =>
      call(own.editor, 'POST', `/versions/${version}/tags`, { tag: name });
    expect(errorOf(await tag(4, 'prod'))).toEqual(
      refused(422, 'a protected tag needs a version that is not a draft'),
    );
    expect(errorOf(await tag(3, 'prod'))).toEqual(required);
    expect((await tag(4, 'staging')).status).toBe(200);
    expect((await tag(4, 'prod_old')).status).toBe(200);
    const edited = (body: object) => call(own.editor, 'PUT', '/versions/4', body);
    expect(errorOf(await edited({ template: 'other' }))).toEqual(required);
    expect(errorOf(await call(own.editor, 'DELETE', '/versions/4'))).toEqual(required);
    expect(errorOf(await call(own.editor, 'DELETE', '/tags/prod_old'))).toEqual(required);
    expect(errorOf(await call(own.editor, 'DELETE', '/tags/prod'))).toEqual(refused(404, 'tag not found'));
    expect((await call(own.editor, 'DELETE', '/tags/staging')).status).toBe(204);
    await remove(production);
    expect((await edited({ template: 'other' })).status).toBe(200);
    expect((await call(own.editor, 'DELETE', '/tags/prod_old')).status).toBe(204);
  });

  it('checks are judged before the lock, and stand alone where nobody has to approve', async () => {
    const checks = [{ kind: 'assertions' }, { kind: 'contract' }, { kind: 'external', name: 'evals' }];
    const all = await made(
      ofTeam(own.admin, policy({ name: 'Production', require: { checks } }), own.teamId),
    );
    await registry.prompts.createPayload(own.editor, prompt, { name: 'greeting', variables: {} });
    const required = await registry.prompts.createVersion(own.editor, prompt, 'Hello {{.name}} {{.mood}}');
    await remove(all);
    await promote(own.editor, required.version);
    const again = await made(
      ofTeam(own.admin, policy({ name: 'Production', require: { checks } }), own.teamId),
    );
    expect(errorOf(await promote(own.editor, required.version))).toEqual(
      refused(409, 'checks fail: assertions: greeting, contract: added required mood, evals is pending'),
    );
    expect(await explain(`transition=live&version=${required.version}`)).toMatchObject([
      {
        approvals_needed: 0,
        unmet: ['check assertions is failure', 'check contract is failure', 'check evals is pending'],
      },
    ]);
    const { body } = await call(own.editor, 'GET', `/versions/${required.version}`);
    const posted = { name: 'evals', state: 'success', content_hash: versionOf({ body }).content_hash };
    await call(own.allKey, 'POST', `/versions/${required.version}/checks`, posted);
    expect(errorOf(await promote(own.editor, required.version))).toEqual(
      refused(409, 'checks fail: assertions: greeting, contract: added required mood'),
    );
    await remove(again);
    const rendering = await made(
      ofTeam(own.admin, policy({ require: { checks: [{ kind: 'assertions' }] } }), own.teamId),
    );
    const { rows } = await registry.pool.query('delete from prompt_payloads where prompt_id = $1', [prompt]);
    expect(rows).toEqual([]);
    expect((await promote(own.editor, required.version)).status).toBe(200);
    await remove(rendering);
  });

  it('leaving the folder of a policy is a way around it', async () => {
    const production = await made(
      ofTeam(
        own.admin,
        policy({ name: 'Production', match: { ...match, folders: ['support/*'] } }),
        own.teamId,
      ),
    );
    const patch = (folder: string) => call(own.editor, 'PATCH', '', { folder });
    expect(errorOf(await patch('sales'))).toEqual(required);
    const move = (from: string, to: string) =>
      registry.call(own.editor, 'POST', `/v1/teams/${own.teamId}/folders/move`, { from, to });
    expect(errorOf(await move('support', 'sales'))).toEqual(required);
    expect((await patch('support/chat')).status).toBe(200);
    expect((await move('support/chat', 'support/mail')).status).toBe(200);
    await remove(production);
  });

  it('a prompt arrives under the rules of the team that it comes to', async () => {
    const target = await registry.tenancy.createTeam(own.orgId);
    const guest = await made(ofTeam(own.orgAdmin, policy({ name: 'Target' }), target));
    const move = () => call(own.orgAdmin, 'POST', '/move', { team_id: target });
    expect(errorOf(await move())).toEqual(refused(409, 'change request required: Target'));
    const here = await made(
      ofTeam(
        own.admin,
        policy({ name: 'Production', match: { ...match, transitions: ['move'] } }),
        own.teamId,
      ),
    );
    expect(errorOf(await move())).toEqual(refused(409, 'change request required: Production, Target'));
    await remove(guest);
    expect(errorOf(await move())).toEqual(required);
    await remove(here);
    expect((await move()).status).toBe(200);
    // What was live in the other team, this one has not let pass.
    const strict = await made(ofTeam(own.orgAdmin, policy({ name: 'Target' }), target));
    expect(errorOf(await call(own.orgAdmin, 'POST', '/versions/1/promote'))).toEqual(
      refused(404, 'prompt not found'),
    );
    await registry.tenancy.setMember(target, own.editor.id, 'editor');
    expect(errorOf(await promote(own.editor, 3))).toEqual(refused(409, 'change request required: Target'));
    await remove(strict);
    expect(slug).toMatch(/^billing_/);
  });

  it('are not written until every process knows them', async () => {
    await registry.restart({ POLICIES: 'off' });
    const unavailable = refused(503, 'service unavailable');
    expect(errorOf(await ofTeam(cast.admin, policy()))).toEqual(unavailable);
    await registry.restart({});
    const created = await made(ofTeam(cast.admin, policy()));
    await registry.restart({ POLICIES: 'off' });
    const path = `/v1/prompt-policies/${created.id}`;
    expect(errorOf(await registry.call(cast.admin, 'PUT', path, policy()))).toEqual(unavailable);
    expect(errorOf(await registry.call(cast.admin, 'DELETE', path))).toEqual(unavailable);
    const held = await registry.prompts.create(cast.editor, cast.teamId);
    const { version } = await registry.prompts.versionIn(cast.editor, held.id, 'stable');
    const promoted = await registry.call(
      cast.editor,
      'POST',
      `/v1/prompts/${held.id}/versions/${version}/promote`,
    );
    expect(errorOf(promoted)).toEqual(refused(409, `change request required: ${created.name}`));
  });
});
