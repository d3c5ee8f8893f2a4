/**
 * The requests of a recording: every old operation on prompts, versions, tags, payloads and renders, with every refusal, by every kind of
 * caller. Everything follows from the seed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Shape } from '@px0/local-platform/story';
import { Random } from '@px0/testing/random';
import type { Ask, Exchange } from './conversation.ts';
import { type CallerName, callers, type Stage } from './stage.ts';

const vectorsFolder = join(import.meta.dirname, '..', '..', 'packages', 'template', 'test', 'vectors');

/** As many lines as a recording has. */
export const LINES = 2_000;

/** Ids that nothing has. */
const unknownId = '3b0d4f4e-8c1f-4a7e-9f35-6a1f5d1c2b10';

interface Made {
  readonly id: string;
  readonly slug: string;
}

type Headers = Readonly<Record<string, string>>;

/** Asks the requests of a seed on a stage and gives the lines. */
export async function record(stage: Stage, seed: number): Promise<readonly Exchange[]> {
  const plan = new Plan(stage, new Random(seed));
  await plan.slugsAndNames();
  await plan.lists();
  await plan.states();
  await plan.callers();
  await plan.references();
  await plan.bodies();
  await plan.conditions();
  await plan.tags();
  await plan.payloads();
  await plan.checks();
  await plan.diffs();
  await plan.moves();
  await plan.documents();
  await plan.consistency();
  await plan.wire();
  await plan.usage();
  await plan.audit();
  await plan.vectors();
  return plan.lines;
}

class Plan {
  readonly lines: Exchange[] = [];
  readonly #stage: Stage;
  readonly #random: Random;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** Asks, and writes down what was said. A body that is no text is sent as JSON. */
  async #ask(
    who: CallerName,
    method: string,
    path: string,
    body?: unknown,
    headers?: Headers,
    more: Partial<Ask> = {},
  ): Promise<Shape> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const ask: Ask = {
      who,
      method,
      path,
      ...(text !== undefined && { body: text }),
      ...(headers && { headers }),
      ...more,
    };
    const { exchange, raw } = await this.#stage.conversation.exchange(ask);
    this.lines.push(exchange);
    const isJson = raw.headers.get('content-type')?.startsWith('application/json') === true;
    return new Shape({
      ...(isJson && raw.text !== '' ? JSON.parse(raw.text) : {}),
      etag: raw.headers.get('etag') ?? '',
    });
  }

  async #prompt(name: string, more: object = {}, team = this.#stage.team): Promise<Made> {
    const created = await this.#ask('owner', 'POST', `/v1/teams/${team}/prompts`, { name, ...more });
    return { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
  }

  /** Creates versions in order; `live` ones are promoted twice. */
  async #versions(
    { id }: Made,
    ...versions: readonly (readonly [template: string, state: string])[]
  ): Promise<void> {
    for (const [template, state] of versions) {
      const created = await this.#ask('owner', 'POST', `/v1/prompts/${id}/versions`, { template });
      const path = `/v1/prompts/${id}/versions/${created.text('version', 'version')}`;
      if (state === 'stable' || state === 'live') await this.#ask('owner', 'POST', `${path}/promote`);
      if (state === 'live') await this.#ask('owner', 'POST', `${path}/promote`);
      if (state === 'archived') await this.#ask('owner', 'POST', `${path}/archive`);
    }
  }

  async slugsAndNames(): Promise<void> {
    const path = `/v1/teams/${this.#stage.team}/prompts`;
    const names = [
      'My-Custom_Slug!',
      '  Hello   World ',
      'v1.2',
      'Café',
      'İstanbul ΣΊΣΥΦΟΣ',
      '日本語 プロンプト',
      'a/b/c',
      'x²½Ⅷ',
      '1',
      '‹n*255›',
    ];
    for (const name of names) await this.#ask('owner', 'POST', path, { name });
    const bad: readonly object[] = [
      {},
      { name: '' },
      { name: '   ' },
      { name: '!!!' },
      { name: '‹n*256›' },
      { name: 'Café' },
      { name: 'Other name', slug: 'CAFÉ' },
      { name: 'Fine', slug: '!!!' },
      { name: 'Fine', slug: '‹s*256›' },
      { name: 'Fine', description: '‹d*16385›' },
      { name: 'nul \u0000' },
      { name: 'Fine', slug: 'folder/probe', description: 'flat', unknown: 1, folder: null },
    ];
    for (const body of bad) await this.#ask('owner', 'POST', path, body);
    for (const slug of ['folder_probe', 'café', 'Café', 'folder%2Fprobe', 'caf%C3%A9', '%']) {
      await this.#ask('owner', 'GET', `/v1/prompts/${slug}`);
      await this.#ask('owner', 'POST', `/v1/prompts/${slug}/render`, {});
    }
  }

  async lists(): Promise<void> {
    const { team, foreignTeam } = this.#stage;
    const made = await this.#prompt('Listed', { description: 'to be found by Wörter' });
    await this.#versions(made, ['one', 'live']);
    await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/versions/1/tags`, { tag: 'listed' });
    await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/archive`);
    const queries = [
      '',
      '?status=active',
      '?status=archived',
      '?status=x',
      '?archived=true',
      '?archived=F',
      '?archived=x',
      '?status=archived&archived=false',
      '?q=listed',
      '?q=w%C3%B6r',
      '?q=...',
      '?q=%20',
      '?tag=listed',
      '?tag=x',
      '?sort=name',
      '?sort=-name',
      '?sort=updated_at',
      '?sort=-created_at',
      '?sort=x',
      '?limit=0',
      '?limit=1001',
      '?limit=x',
      '?cursor=x',
      '?cursor=%C3%A9&limit=2',
    ];
    for (const query of queries) await this.#ask('viewer', 'GET', `/v1/teams/${team}/prompts${query}`);
    for (const sort of ['name', '-created_at']) {
      let cursor = '';
      for (let page = 0; page < 3; page += 1) {
        const path = `/v1/teams/${team}/prompts?limit=3&sort=${sort}${cursor}`;
        const answer = await this.#ask('viewer', 'GET', path);
        cursor = `&cursor=${answer.text('next_cursor')}`;
      }
      await this.#ask('viewer', 'GET', `/v1/teams/${team}/prompts?limit=3&sort=-updated_at${cursor}`);
    }
    const all = [
      '',
      '?status=active',
      `?team=${team}&archived=true`,
      `?team_id=${team}&q=listed`,
      `?team=${team}&team_id=${foreignTeam}&limit=2`,
      '?team=x',
      `?team=${foreignTeam}`,
      `?team_id=${unknownId}`,
    ];
    for (const query of all) await this.#ask('viewer', 'GET', `/v1/prompts${query}`);
    for (const id of ['x', unknownId, foreignTeam]) {
      await this.#ask('owner', 'GET', `/v1/teams/${id}/prompts`);
      await this.#ask('owner', 'POST', `/v1/teams/${id}/prompts`, { name: 'Nowhere' });
    }
    for (const body of [
      { description: 'Later' },
      {},
      { description: null, name: 'ignored' },
      { description: 1 },
    ]) {
      await this.#ask('owner', 'PUT', `/v1/prompts/${made.id}`, body);
    }
    await this.#ask('owner', 'PUT', `/v1/prompts/${made.id}`, { description: '‹d*16385›' });
    for (const action of ['archive', 'restore', 'restore', 'archive']) {
      await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/${action}`);
    }
    // An archived prompt works like any other.
    await this.#ask('viewer', 'POST', '/v1/prompts/listed/render', {});
    await this.#ask('editor', 'POST', `/v1/prompts/${made.id}/versions`, { template: 'two' });
  }

  /** What may be done in each state, by number and by tag. */
  async states(): Promise<void> {
    const states = ['draft', 'stable', 'live', 'archived'];
    const actions: readonly (readonly [string, string, object?])[] = [
      ['PUT', '', { template: 'changed {{.x}}' }],
      ['DELETE', ''],
      ['POST', '/promote'],
      ['POST', '/demote'],
      ['POST', '/archive'],
      ['POST', '/duplicate'],
      ['POST', '/tags', { tag: 'tagged' }],
      ['GET', ''],
      ['POST', '/check'],
    ];
    for (const state of states) {
      for (const [index, [method, tail, body]] of actions.entries()) {
        const made = await this.#prompt(`State ${state} ${index}`);
        await this.#versions(made, [`{{/* ${state} */ -}} {{.x}}`, state]);
        const path = `/v1/prompts/${made.id}/versions`;
        await this.#ask('editor', method, `${path}/1${tail}`, body);
        if (index % 3 === 0) {
          await this.#ask('viewer', 'GET', path);
          await this.#ask('viewer', 'POST', `/v1/prompts/${made.slug}/render`, { variables: { x: state } });
        }
      }
      const made = await this.#prompt(`Renders ${state}`);
      await this.#versions(made, [`${state} {{.x}}`, state]);
      await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/versions/1/tags`, { tag: 'prod' });
      for (const which of [
        '',
        '/versions/1',
        '/versions/prod',
        '/versions/+1',
        '/versions/007',
        '/versions/-1',
      ]) {
        await this.#ask('read key', 'POST', `/v1/prompts/${made.slug}${which}/render`, {
          variables: { x: which },
        });
      }
      await this.#ask('read key', 'GET', `/v1/prompts/${made.slug}?version=prod`);
    }
    const made = await this.#prompt('Two live');
    await this.#versions(
      made,
      ['first', 'live'],
      ['second', 'live'],
      ['third', 'stable'],
      ['fourth', 'draft'],
    );
    for (const query of [
      '',
      '?status=live',
      '?status=stable',
      '?status=x',
      '?tags=a,b',
      '?tags=,',
      '?limit=2',
    ]) {
      await this.#ask('viewer', 'GET', `/v1/prompts/${made.id}/versions${query}`);
    }
    await this.#ask('editor', 'DELETE', `/v1/prompts/${made.id}/versions/4`);
    // A number is never used again.
    await this.#versions(made, ['fifth', 'draft']);
    await this.#ask('editor', 'POST', `/v1/prompts/${made.id}/versions/2/demote`);
    await this.#ask('viewer', 'POST', `/v1/prompts/${made.slug}/render`, {});
  }

  /** Each operation by each caller. */
  async callers(): Promise<void> {
    const { team } = this.#stage;
    const made = await this.#prompt('Matrix');
    await this.#versions(made, ['live {{.x}}', 'live'], ['stable {{.x}}', 'stable']);
    const payload = await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/payloads`, {
      name: 'one',
      variables: { x: 1 },
    });
    const of = `/v1/prompts/${made.id}`;
    const operations: readonly (readonly [string, string, object?])[] = [
      ['GET', `/v1/teams/${team}/prompts?q=matrix`],
      ['GET', `/v1/prompts?team=${team}&q=matrix`],
      ['GET', of],
      ['GET', `/v1/prompts/${made.slug}?team_id=${team}`],
      ['PUT', of, { description: 'by anyone' }],
      ['POST', `${of}/archive`],
      ['POST', `${of}/restore`],
      ['GET', `${of}/versions?status=live`],
      ['GET', `${of}/versions/1`],
      ['POST', `${of}/versions`, { template: '' }],
      ['PUT', `${of}/versions/1`, { template: 'x' }],
      ['DELETE', `${of}/versions/1`],
      ['POST', `${of}/versions/1/promote`],
      ['POST', `${of}/versions/2/demote`],
      ['POST', `${of}/versions/99/archive`],
      ['POST', `${of}/versions/99/duplicate`],
      ['POST', `${of}/versions/1/check`],
      ['GET', `${of}/versions/diff?from=1&to=2`],
      ['POST', `${of}/versions/1/tags`, { tag: 'anyone' }],
      ['DELETE', `${of}/tags/nothing`],
      ['GET', `${of}/tags`],
      ['GET', `${of}/payloads`],
      ['POST', `${of}/payloads`, {}],
      ['GET', `${of}/payloads/${payload.text('payload', 'id')}`],
      ['PUT', `${of}/payloads/${payload.text('payload', 'id')}`, { name: 'one' }],
      ['DELETE', `${of}/payloads/${unknownId}`],
      ['POST', '/v1/prompts/matrix/render', { variables: { x: 'y' } }],
      ['POST', '/v1/prompts/matrix/versions/2/render', { variables: { x: 'y' } }],
      ['POST', '/v1/render/batch', { renders: [{ slug: 'matrix' }, { slug: 'matrix', version: '2' }] }],
      ['POST', '/v1/templates/validate', { template: '{{.a}}' }],
      ['GET', `/v1/teams/${team}/export?slugs=matrix`],
      [
        'POST',
        `/v1/teams/${team}/import?dry_run=true`,
        { document: { kind: 'px0/prompts/v1', prompts: [] } },
      ],
      ['GET', `${of}/usage?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z`],
      ['GET', `${of}/audit?limit=1`],
      ['GET', `/v1/teams/${team}/prompts/audit?limit=1`],
    ];
    for (const [method, path, body] of operations) {
      for (const who of callers) {
        if (who !== 'admin') await this.#ask(who, method, path, body);
      }
    }
  }

  /** Ids that are none, and ids of nothing. */
  async references(): Promise<void> {
    const made = await this.#prompt('Referred to');
    await this.#versions(made, ['x', 'draft']);
    const tails: readonly (readonly [string, string, object?])[] = [
      ['GET', ''],
      ['PUT', '', {}],
      ['POST', '/archive'],
      ['POST', '/restore'],
      ['GET', '/versions'],
      ['POST', '/versions', { template: 'x' }],
      ['GET', '/versions/1'],
      ['PUT', '/versions/1', { template: 'x' }],
      ['DELETE', '/versions/1'],
      ['POST', '/versions/1/promote'],
      ['POST', '/versions/1/check'],
      ['GET', '/versions/diff?from=1&to=1'],
      ['GET', '/tags'],
      ['DELETE', '/tags/x'],
      ['GET', '/payloads'],
      ['POST', '/payloads', { variables: 1 }],
      ['GET', `/payloads/${unknownId}`],
      ['GET', '/usage'],
      ['GET', '/audit'],
    ];
    for (const [method, tail, body] of tails) {
      await this.#ask('owner', method, `/v1/prompts/x${tail}`, body);
      await this.#ask('owner', method, `/v1/prompts/${unknownId}${tail}`, body);
    }
    const of = `/v1/prompts/${made.id}`;
    for (const version of ['2', 'none', '0', '99999999999999999999', '-1', '1.0', '%20']) {
      await this.#ask('owner', 'GET', `${of}/versions/${version}`);
      await this.#ask('owner', 'PUT', `${of}/versions/${version}`, { template: 'x' });
      await this.#ask('owner', 'POST', `/v1/prompts/${made.slug}/versions/${version}/render`, {});
      await this.#ask('owner', 'GET', `${of}?version=${version}`);
    }
    for (const query of [
      '?tag=x',
      '?version=&tag=x',
      '?version=1&tag=x',
      '?team_id=x',
      `?team_id=${unknownId}`,
    ]) {
      await this.#ask('owner', 'GET', `/v1/prompts/${made.slug}${query}`);
      await this.#ask('owner', 'POST', `/v1/prompts/${made.slug}/render${query}`, {});
    }
    for (const payload of ['x', unknownId]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? {} : undefined;
        await this.#ask('owner', method, `${of}/payloads/${payload}`, body);
      }
    }
  }

  /** Bodies that are none, or hold something else than what is asked for. */
  async bodies(): Promise<void> {
    const made = await this.#prompt('Bodies');
    await this.#versions(made, ['{{.a}}', 'live'], ['x', 'draft']);
    const of = `/v1/prompts/${made.id}`;
    const targets: readonly (readonly [string, string])[] = [
      ['POST', `/v1/teams/${this.#stage.team}/prompts`],
      ['PUT', of],
      ['POST', `${of}/versions`],
      ['PUT', `${of}/versions/2`],
      ['POST', `${of}/versions/2/tags`],
      ['POST', `${of}/payloads`],
      ['POST', `${of}/move`],
      ['POST', `/v1/prompts/${made.slug}/render`],
      ['POST', `/v1/prompts/${made.slug}/versions/2/render`],
      ['POST', '/v1/render/batch'],
      ['POST', '/v1/templates/validate'],
      ['POST', `/v1/teams/${this.#stage.team}/import`],
    ];
    for (const [method, path] of targets) {
      for (const body of [
        '{',
        '[]',
        '"x"',
        'null',
        '{}x',
        '{"template":1,"name":1,"variables":[],"tag":{}}',
      ]) {
        await this.#ask('owner', method, path, body);
      }
      await this.#ask('owner', method, path, '{}', { 'content-type': 'text/plain' });
      await this.#ask('owner', method, path);
    }
    await this.#ask('owner', 'POST', `/v1/prompts/${made.slug}/render`, `{"variables":{"a":"‹a*4194304›"}}`);
    await this.#ask('owner', 'POST', `${of}/versions`, { template: '‹a*4194304›' });
    for (const template of ['‹a*524289›', '‹é*262145›', ' ', '\n', '\u0000', 'caf\u00e9 \ud83d\ude00']) {
      await this.#ask('owner', 'POST', `${of}/versions`, { template });
      await this.#ask('owner', 'POST', '/v1/templates/validate', { template });
    }
    const renders: readonly unknown[] = [
      { variables: null },
      { variables: {} },
      { variables: { a: 1e21 } },
      '{"variables":{"a":1e999}}',
      '{"variables":{"a":12345678901234567890}}',
      '{"variables":{"a":1,"a":2}}',
      { variables: { a: [null, 1, { b: 'c' }] } },
      { variables: { a: '<&>"\'\u2028\u0000' } },
      { variables: {}, options: { missing_key: 'default' } },
      { variables: {}, options: { missing_key: 'zero' } },
      { variables: {}, options: { missing_key: 'x' } },
      { variables: {}, options: null },
      { variables: {}, options: [] },
      { variables: { a: 'x' }, options: { transcript: false }, more: 1 },
    ];
    for (const body of renders) {
      await this.#ask('read key', 'POST', `/v1/prompts/${made.slug}/render`, body);
      await this.#ask('read key', 'POST', `/v1/prompts/${made.slug}/versions/1/render`, body);
    }
    const one = { slug: made.slug, variables: { a: 'b' } };
    const batches: readonly unknown[] = [
      { renders: [] },
      { renders: Array.from({ length: 101 }, () => one) },
      { renders: Array.from({ length: 20 }, (_none, index) => ({ ...one, variables: { a: index } })) },
      {
        renders: [
          one,
          { slug: made.slug },
          { slug: 'none' },
          { ...one, version: '9' },
          { ...one, version: '1' },
        ],
      },
      {
        renders: [
          { ...one, team_id: unknownId },
          { ...one, team_id: 'x' },
        ],
      },
      {
        renders: [
          { ...one, options: { missing_key: 'zero' } },
          { slug: made.slug, options: { missing_key: 'zero' } },
        ],
      },
      { renders: [{ variables: {} }] },
      { renders: [{ ...one, version: 1 }] },
      { renders: [1] },
      { renders: null },
    ];
    for (const body of batches) await this.#ask('read key', 'POST', '/v1/render/batch', body);
  }

  async conditions(): Promise<void> {
    const made = await this.#prompt('Conditions');
    await this.#versions(made, ['a', 'draft']);
    const path = `/v1/prompts/${made.id}/versions/1`;
    const first = (await this.#ask('editor', 'GET', path)).text('etag');
    for (const condition of [first, '*', '"x"', 'x', first, `"x", ${first}`, `W/${first}`]) {
      await this.#ask(
        'editor',
        'PUT',
        path,
        { template: `for ${condition.length}` },
        { 'if-match': condition },
      );
    }
    for (const action of ['promote', 'promote', 'demote', 'archive']) {
      await this.#ask('editor', 'POST', `${path}/${action}`, undefined, { 'if-match': first });
      const now = (await this.#ask('editor', 'GET', path)).text('etag');
      await this.#ask('editor', 'POST', `${path}/${action}`, undefined, { 'if-match': now });
    }
    // What asks for no body takes any, as curl and others send it.
    const json = 'application/json';
    const bodies = [
      [undefined, json],
      ['{}', json],
      ['null', json],
      ['{"other":1}', json],
      ['{"template":"x"}', json],
      ['', 'application/x-www-form-urlencoded'],
      ['a=b', 'application/x-www-form-urlencoded'],
      ['[', 'text/plain'],
    ] as const;
    for (const [body, type] of bodies) {
      const one = await this.#prompt(`Body ${body} as ${type}`);
      await this.#versions(one, ['b', 'draft']);
      for (const action of ['promote', 'promote', 'demote', 'archive', 'duplicate']) {
        const of = `/v1/prompts/${one.id}/versions/1/${action}?other=1`;
        await this.#ask('editor', 'POST', of, body, { 'content-type': type });
      }
      await this.#ask('admin', 'POST', `/v1/prompts/${one.id}/archive`, body, { 'content-type': type });
    }
    await this.#versions(made, ['b', 'draft']);
    const second = `/v1/prompts/${made.id}/versions/2`;
    await this.#ask('editor', 'DELETE', second, undefined, { 'if-match': first });
    const now = (await this.#ask('editor', 'GET', second)).text('etag');
    await this.#ask('editor', 'DELETE', second, undefined, { 'if-match': now });
  }

  async tags(): Promise<void> {
    const made = await this.#prompt('Tags');
    await this.#versions(made, ['one', 'live'], ['two', 'stable'], ['three', 'draft']);
    const of = `/v1/prompts/${made.id}`;
    const tags = [
      'a',
      'A',
      'b-1',
      '2',
      '-5',
      'diff',
      '...',
      '.',
      '..',
      '',
      'é',
      'a b',
      '‹t*50›',
      '‹t*51›',
      'a',
    ];
    for (const [index, tag] of tags.entries()) {
      await this.#ask('editor', 'POST', `${of}/versions/${(index % 3) + 1}/tags`, { tag });
    }
    for (const version of ['a', 'A', '2', '-5', 'diff', '...', 'Diff']) {
      await this.#ask('viewer', 'GET', `${of}/versions/${version}`);
      await this.#ask('viewer', 'GET', `${of}?tag=${version}`);
      await this.#ask('viewer', 'GET', `${of}/versions?tags=${version}`);
      await this.#ask('viewer', 'POST', `/v1/prompts/tags/versions/${version}/render`, {});
    }
    await this.#ask('viewer', 'GET', `${of}/tags`);
    await this.#ask('viewer', 'GET', `${of}/versions?tags=a,%20A,none&status=live`);
    await this.#ask('editor', 'POST', `${of}/versions/A/tags`, { tag: 'by-tag' });
    await this.#ask('editor', 'POST', `${of}/versions/9/tags`, { tag: 'x' });
    for (const tag of ['a', 'a', '2', '-5', 'none', '%C3%A9'])
      await this.#ask('editor', 'DELETE', `${of}/tags/${tag}`);
    await this.#ask('editor', 'DELETE', `${of}/versions/3`);
    await this.#ask('viewer', 'GET', `${of}/tags`);
  }

  async payloads(): Promise<void> {
    const made = await this.#prompt('Payloads');
    const of = `/v1/prompts/${made.id}/payloads`;
    const bodies: readonly unknown[] = [
      { variables: { a: 1 }, name: 'named' },
      { variables: null },
      { variables: [1, 'x'] },
      { variables: 'text', name: null },
      '{"variables":{"id":12345678901234567890,"f":1.50,"e":1e400}}',
      '{"variables":{"b":1,"a":{"d":[],"c":{}},"b":2}}',
      { variables: { ключ: '\u2028 <&>' } },
      { name: 'without' },
      { variables: {}, name: 1 },
      { variables: {}, name: '‹n*256›' },
      { variables: {}, name: '‹n*255›' },
      '{"variables":{"x":"\\u0000"}}',
      '{"variables":{"\\u0000":1}}',
      '{"variables":{"__proto__":1,"constructor":2}}',
    ];
    const ids: string[] = [];
    for (const body of bodies) {
      const created = await this.#ask('editor', 'POST', of, body);
      if (created.value instanceof Object && 'payload' in created.value)
        ids.push(created.text('payload', 'id'));
    }
    await this.#ask('viewer', 'GET', of);
    for (const query of ['?limit=2', '?limit=0', '?cursor=x']) {
      const page = await this.#ask('viewer', 'GET', `${of}${query}`);
      if (query === '?limit=2') {
        await this.#ask('viewer', 'GET', `${of}?limit=2&cursor=${page.text('next_cursor')}`);
      }
    }
    const updates: readonly unknown[] = [
      {},
      { name: '' },
      { name: null },
      { name: 'again', variables: { z: [] } },
      { variables: null },
      { name: 1 },
      { name: '‹n*256›' },
      '{"variables":1.000}',
    ];
    const [first = '', second = ''] = ids;
    for (const body of updates) {
      await this.#ask('editor', 'PUT', `${of}/${first}`, body);
      await this.#ask('viewer', 'GET', `${of}/${first}`);
    }
    const other = await this.#prompt('Without payloads');
    await this.#ask('viewer', 'GET', `/v1/prompts/${other.id}/payloads`);
    await this.#ask('viewer', 'GET', `/v1/prompts/${other.id}/payloads/${first}`);
    await this.#ask('editor', 'PUT', `/v1/prompts/${other.id}/payloads/${first}`, {});
    await this.#ask('editor', 'DELETE', `${of}/${second}`);
    await this.#ask('editor', 'DELETE', `${of}/${second}`);
  }

  async checks(): Promise<void> {
    const made = await this.#prompt('Checked');
    const of = `/v1/prompts/${made.id}`;
    await this.#versions(made, ['Hello {{.name}}', 'draft']);
    await this.#ask('editor', 'POST', `${of}/versions/1/check`);
    for (const [name, variables] of [
      ['ada', { name: 'Ada' }],
      ['bob', { name: 'Bob', tone: 'dry' }],
      [null, {}],
      ['list', []],
    ] as const) {
      await this.#ask('editor', 'POST', `${of}/payloads`, { name, variables });
    }
    await this.#ask('editor', 'POST', `${of}/versions/1/check`);
    for (const require of ['payloads', '', 'x']) {
      await this.#ask('editor', 'POST', `${of}/versions/1/promote?require=${require}`);
    }
    await this.#ask('editor', 'POST', `${of}/versions/1/promote`);
    await this.#ask('editor', 'POST', `${of}/versions/1/promote`);
    await this.#versions(
      made,
      ['Hi {{.name}}, be {{.tone}}', 'draft'],
      ['Hey {{.name | default "you"}}', 'draft'],
    );
    for (const version of ['2', '3', '9', 'none'])
      await this.#ask('editor', 'POST', `${of}/versions/${version}/check`);
    await this.#ask('editor', 'POST', `${of}/versions/3/promote?require=payloads`);
  }

  async diffs(): Promise<void> {
    const made = await this.#prompt('Diffs');
    const of = `/v1/prompts/${made.id}/versions`;
    const texts = [
      'a',
      'a\n',
      'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n',
      'a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\n',
      'a\r\nb\rc',
      '\n\n\n',
      'You are a tutor.\nTopic: {{.topic}}\nBe brief.',
      'You are a tutor.\nTopic: {{.topic}}\nLevel: {{.level}}\nBe kind.',
    ];
    for (const template of texts) await this.#ask('editor', 'POST', of, { template });
    for (let count = 0; count < 30; count += 1) {
      const [from, to] = [1 + this.#random.below(texts.length), 1 + this.#random.below(texts.length)];
      const format = this.#random.chance(0.5) ? '&format=structured' : '';
      await this.#ask('viewer', 'GET', `${of}/diff?from=${from}&to=${to}${format}`);
    }
    const bad = [
      '',
      '?from=1',
      '?to=1',
      '?from=x&to=1',
      '?from=1&to=0',
      '?from=9&to=1',
      '?from=1&to=9',
      '?from=1&to=2&format=x',
    ];
    for (const query of bad) await this.#ask('viewer', 'GET', `${of}/diff${query}`);
  }

  async moves(): Promise<void> {
    const { team, otherTeam, foreignTeam } = this.#stage;
    const made = await this.#prompt('Moved');
    await this.#versions(made, ['moved {{.x}}', 'live']);
    await this.#prompt('Taken', {}, otherTeam);
    const taken = await this.#prompt('Taken');
    for (const who of callers) {
      await this.#ask(who, 'POST', `/v1/prompts/${made.id}/move`, { team_id: foreignTeam });
      await this.#ask(who, 'POST', `/v1/prompts/${taken.id}/move`, { team_id: otherTeam });
    }
    for (const target of [unknownId, 'x', '', null]) {
      await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/move`, { team_id: target });
    }
    await this.#ask('owner', 'POST', `/v1/prompts/${unknownId}/move`, { team_id: team });
    for (const target of [team, otherTeam, team, otherTeam]) {
      await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/move`, { team_id: target });
      for (const who of ['viewer', 'editor', 'team key'] as const) {
        await this.#ask(who, 'POST', '/v1/prompts/moved/render', { variables: { x: 1 } });
      }
    }
    // One slug in two teams.
    await this.#ask('owner', 'POST', `/v1/prompts/taken/render?team_id=${otherTeam}`, {});
    await this.#ask('owner', 'GET', '/v1/prompts/taken');
  }

  async documents(): Promise<void> {
    const { otherTeam, foreignTeam } = this.#stage;
    const source = await this.#prompt('Exported', { description: 'All of it' }, otherTeam);
    await this.#versions(
      source,
      ['one {{.x}}', 'live'],
      ['two\n{{.y}}\n', 'stable'],
      ['three', 'archived'],
      ['4', 'draft'],
    );
    for (const [version, tag] of [
      ['1', 'prod'],
      ['4', 'next'],
    ] as const) {
      await this.#ask('owner', 'POST', `/v1/prompts/${source.id}/versions/${version}/tags`, { tag });
    }
    await this.#ask(
      'owner',
      'POST',
      `/v1/prompts/${source.id}/payloads`,
      '{"name":"p","variables":{"x":1.50,"n":12345678901234567890}}',
    );
    const path = `/v1/teams/${otherTeam}/export`;
    const exported = await this.#ask('owner', 'GET', `${path}?slugs=exported`);
    const yaml = await this.#ask('owner', 'GET', `${path}?slugs=exported&format=yaml`);
    for (const query of [
      '',
      '?format=yaml',
      '?slugs=exported,none,taken',
      '?slugs=',
      '?format=',
      '?format=x',
      '?slugs=none',
    ]) {
      await this.#ask('editor', 'GET', `${path}${query}`);
    }
    await this.#ask('owner', 'GET', `/v1/teams/${foreignTeam}/export`);
    const into = `/v1/teams/${foreignTeam}/import`;
    const document = exported.at('document');
    await this.#ask('outsider', 'POST', `${into}?dry_run=true`, { document });
    await this.#ask('outsider', 'POST', into, { document });
    await this.#ask('outsider', 'POST', into, { document });
    await this.#ask('outsider', 'POST', into, { yaml: yaml.text('yaml') });
    await this.#ask('outsider', 'POST', `${into}?dry_run=x`, { document });
    await this.#ask('outsider', 'GET', `/v1/teams/${foreignTeam}/export`);
    const prompt = { slug: 'p', name: 'P', versions: [{ number: 1, template: 'x' }] };
    const bad: readonly unknown[] = [
      {},
      { kind: 'px0/prompts/v0', prompts: [] },
      { kind: 'px0/prompts/v1' },
      ...[
        { ...prompt, slug: 'P P' },
        { ...prompt, name: '' },
        { ...prompt, versions: [{ number: 0, template: 'x' }] },
        { ...prompt, versions: [{ number: 1, template: '{{' }] },
        { ...prompt, versions: [{ number: 1, template: '' }] },
        { ...prompt, versions: [{ number: 1, template: 'x', status: 'x' }] },
        {
          ...prompt,
          versions: [
            { number: 1, template: 'x' },
            { number: 1, template: 'y' },
          ],
        },
        { ...prompt, versions: [1, 2].map((number) => ({ number, template: 'x', status: 'live' })) },
        { ...prompt, tags: { a: 2 } },
        { ...prompt, tags: { 'a b': 1 } },
        { ...prompt, payloads: [{ name: 'x'.repeat(256), variables: 1 }] },
        { ...prompt, name: 'Exported' },
      ].map((one) => ({ kind: 'px0/prompts/v1', prompts: [one] })),
      { kind: 'px0/prompts/v1', prompts: [prompt, prompt] },
    ];
    for (const one of bad) await this.#ask('outsider', 'POST', into, { document: one });
    for (const text of ['', ':', 'a: [', 'kind: px0/prompts/v1\nprompts: []\n', '- 1']) {
      await this.#ask('outsider', 'POST', into, { yaml: text });
    }
    await this.#ask('outsider', 'POST', `${into}?dry_run=1`, {
      document: {
        kind: 'px0/prompts/v1',
        prompts: [
          {
            slug: 'exported',
            name: 'Exported',
            description: 'Changed',
            status: 'archived',
            versions: [{ number: 7, status: 'live', template: 'new {{.x}}' }],
            tags: { prod: 7 },
            payloads: [
              { name: 'p', variables: {} },
              { name: 'q', variables: {} },
            ],
          },
        ],
      },
    });
  }

  async consistency(): Promise<void> {
    const made = await this.#prompt('Consistency');
    await this.#versions(made, ['x', 'live']);
    for (const headers of [
      { 'px0-min-revision': 'x' },
      { 'px0-min-revision': '' },
      { 'px0-consistency': 'x' },
      { 'px0-consistency': '' },
      { 'px0-consistency': 'require' },
    ]) {
      await this.#ask('owner', 'GET', `/v1/prompts/${made.id}`, undefined, headers);
      await this.#ask('owner', 'POST', `/v1/prompts/${made.slug}/render`, {}, headers);
      await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/versions`, { template: 'y' }, headers);
    }
  }

  /** Methods and paths that are none, and those that are another spelling. */
  async wire(): Promise<void> {
    const made = await this.#prompt('Wire');
    await this.#versions(made, ['x', 'live']);
    const of = `/v1/prompts/${made.id}`;
    for (const [method, path] of [
      ['HEAD', of],
      ['HEAD', `${of}/versions`],
      ['HEAD', '/v1/prompts/none'],
      ['GET', `/V1/Prompts/${made.id}/`],
      ['GET', `/v1/prompts/${made.id.toUpperCase()}`],
      ['GET', `${of}/Versions/1`],
      ['DELETE', of],
      ['PUT', '/v1/prompts'],
      ['DELETE', `/v1/prompts/${made.slug}/render`],
      ['GET', '/v1/render/batch'],
      ['GET', '/v1/nothing'],
      ['GET', `${of}/nothing`],
      ['GET', `${of}//versions`],
      ['OPTIONS', of],
    ] as const) {
      await this.#ask('owner', method, path);
      await this.#ask('nobody', method, path);
    }
  }

  async usage(): Promise<void> {
    const made = await this.#prompt('Usage');
    await this.#versions(made, ['{{.x}}', 'live'], ['x {{.x}}', 'draft']);
    for (let count = 0; count < 4; count += 1) {
      const variables = count === 0 ? {} : { x: count };
      await this.#ask('read key', 'POST', '/v1/prompts/usage/render', { variables });
      await this.#ask('read key', 'POST', '/v1/prompts/usage/versions/2/render', { variables });
    }
    const path = `/v1/prompts/${made.id}/usage`;
    await this.#ask('viewer', 'GET', path, undefined, undefined, {
      renders: 8,
    });
    for (const query of [
      '?from=x',
      '?to=x',
      '?step=x',
      '?step=&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
      '?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z',
      '?from=2020-01-01T00:00:00Z&to=2020-01-01T00:00:00Z',
    ]) {
      await this.#ask('viewer', 'GET', `${path}${query}`);
    }
  }

  async audit(): Promise<void> {
    const made = await this.#prompt('Audited');
    await this.#versions(made, ['a', 'live'], ['b', 'archived'], ['c', 'draft']);
    const of = `/v1/prompts/${made.id}`;
    await this.#ask('all key', 'PUT', of, { description: 'by a key' });
    await this.#ask('editor', 'PUT', `${of}/versions/3`, { template: 'd' });
    await this.#ask('editor', 'POST', `${of}/versions/3/tags`, { tag: 't' });
    await this.#ask('editor', 'DELETE', `${of}/tags/t`);
    await this.#ask('editor', 'DELETE', `${of}/versions/3`);
    await this.#ask('editor', 'POST', `${of}/payloads`, { variables: {} });
    await this.#ask('viewer', 'GET', `${of}/audit`);
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      const answer = await this.#ask('viewer', 'GET', `${of}/audit?limit=4${cursor}`);
      if (page < 2) cursor = `&cursor=${answer.text('next_cursor')}`;
    }
    for (const query of ['?limit=x', '?limit=0', '?cursor=x', '?limit=1001']) {
      await this.#ask('viewer', 'GET', `${of}/audit${query}`);
      await this.#ask('viewer', 'GET', `/v1/teams/${this.#stage.team}/prompts/audit${query}`);
    }
    await this.#ask('viewer', 'GET', `/v1/teams/${this.#stage.team}/prompts/audit?limit=10`);
  }

  /** Templates of the engine's vectors, judged, saved and rendered, for all lines that are left. */
  async vectors(): Promise<void> {
    const vectors = await this.#chosenVectors();
    const made = await this.#prompt('Vectors', {}, this.#stage.otherTeam);
    let version = 0;
    for (const { template, data, missing_key } of vectors) {
      if (this.lines.length >= LINES - 1) break;
      if (this.#random.chance(0.2)) await this.#ask('owner', 'POST', '/v1/templates/validate', { template });
      const created = await this.#ask('owner', 'POST', `/v1/prompts/${made.id}/versions`, { template });
      if (!(created.value instanceof Object) || !('version' in created.value)) continue;
      version = Number(created.text('version', 'version'));
      const options = missing_key === undefined ? {} : { options: { missing_key } };
      const body = { variables: data, ...options };
      await this.#ask('read key', 'POST', `/v1/prompts/${made.slug}/versions/${version}/render`, body);
    }
    while (this.lines.length < LINES) {
      await this.#ask('read key', 'POST', `/v1/prompts/${made.slug}/versions/${version}/render`, {});
    }
  }

  async #chosenVectors(): Promise<Vector[]> {
    const files = ['templates-authored', 'templates-options', 'templates-random'];
    const all = await Promise.all(
      files.map(async (file): Promise<Vector[]> => {
        return JSON.parse(await readFile(join(vectorsFolder, `${file}.json`), 'utf8'));
      }),
    );
    const fitting = all
      .flat()
      .filter(({ template, data }) => template !== '' && `${template}${JSON.stringify(data)}`.length < 800);
    return fitting
      .map((vector) => [this.#random.next(), vector] as const)
      .toSorted(([one], [other]) => one - other)
      .map(([, vector]) => vector);
  }
}

interface Vector {
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly missing_key?: string;
}
