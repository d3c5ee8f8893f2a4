/** What is true in px0 while a scenario is played: its teams, prompts and caller, published as the other contexts would. */
import { randomUUID } from 'node:crypto';
import { hashApiKey, newApiKey } from '@px0/access';
import type { ProgramState, StateOf } from '@px0/contracts';
import type { DeliveredPrompt, DeliveredVersion } from '@px0/delivery';
import { encodeToken } from '@px0/event-bus';
import type { RenderFixture } from '../render-fixture.ts';

interface PublishedPrompt {
  /** As the scenario names it. */
  readonly team: string;
  readonly text: string;
  readonly state: StateOf<'prompt'>;
}

const CREATED_AT = '2025-01-01T00:00:00Z';

export class PlayedFacts {
  readonly #px0: RenderFixture;
  readonly #org = randomUUID();
  readonly #elsewhere = randomUUID();
  readonly #keyId = randomUUID();
  readonly #keyToken = newApiKey();
  /** Real ids of the scenario's teams, in the same order. */
  readonly #teams: ReadonlyMap<string, string>;
  readonly #shown = new Set<string>();
  readonly #ids = new Map<string, string>();
  readonly #prompts = new Map<string, PublishedPrompt>();
  /** The texts of each version, so that another one is another revision of its body. */
  readonly #bodies = new Map<string, { readonly text: string; readonly revision: number }>();
  #user: { readonly id: string; readonly token: string } | undefined;

  constructor(px0: RenderFixture, teams: readonly string[]) {
    this.#px0 = px0;
    const ids = teams.map(() => randomUUID()).sort();
    this.#teams = new Map([...teams].sort().map((team, index) => [team, ids[index] ?? '']));
  }

  /** `asUser`: the caller is a person, and not a key. */
  async start(asUser: boolean): Promise<void> {
    await this.#organizations();
    if (asUser) this.#user = await this.#px0.identity.register();
    else await this.allow();
  }

  /** Publishes all of it once more. */
  async again(): Promise<void> {
    await this.#organizations();
    await this.allow();
    for (const team of this.#shown) await this.#place(team, this.#org);
    for (const [id, { state }] of this.#prompts)
      await this.#px0.contexts.publish('prompt', this.promptId(id), state);
  }

  async #organizations(): Promise<void> {
    for (const id of [this.#org, this.#elsewhere])
      await this.#px0.contexts.publish('organization', id, { name: 'Acme', created_at: CREATED_AT });
  }

  get token(): string {
    return this.#user?.token ?? this.#keyToken;
  }

  teamId(team: string): string {
    return this.#teams.get(team) ?? team;
  }

  promptId(id: string): string {
    const found = this.#ids.get(id) ?? randomUUID();
    this.#ids.set(id, found);
    return found;
  }

  /** The prompts of a team, as the scenario names them. */
  promptsOf(team: string): string[] {
    return [...this.#prompts].filter(([, prompt]) => prompt.team === team).map(([id]) => id);
  }

  isShown(team: string): boolean {
    return this.#shown.has(team);
  }

  get shown(): readonly string[] {
    return [...this.#shown];
  }

  /** The key is good, or the user verified. */
  async allow(): Promise<void> {
    if (this.#user !== undefined) return this.#px0.identity.change(this.#user.id, { is_verified: true });
    await this.#px0.contexts.publish('apiKey', this.#keyId, {
      key_hash: hashApiKey(this.#keyToken),
      org_id: this.#org,
      scope: { kind: 'organization' },
      operation: 'read_render',
      name: 'a key',
      created_at: CREATED_AT,
      expires_at: null,
    });
  }

  /** The key is revoked, or the user not verified any more. */
  async refuse(): Promise<void> {
    if (this.#user === undefined) await this.#px0.contexts.remove('apiKey', this.#keyId);
    else await this.#px0.identity.change(this.#user.id, { is_verified: false });
  }

  /** The caller sees the team. */
  async show(team: string): Promise<void> {
    if (this.#shown.has(team)) return;
    this.#shown.add(team);
    await this.#place(team, this.#org);
    if (this.#user !== undefined) await this.#px0.member(this.teamId(team), this.#user.id);
  }

  /** The team belongs to another organization from now on. */
  async hide(team: string): Promise<void> {
    if (!this.#shown.delete(team)) return;
    await this.#place(team, this.#elsewhere);
  }

  async #place(team: string, orgId: string): Promise<void> {
    await this.#px0.contexts.publish('team', this.teamId(team), {
      org_id: orgId,
      name: 'Team',
      is_default: false,
      created_at: CREATED_AT,
    });
  }

  /** The prompt is what the scenario says. False if it already was. */
  async put(team: string, prompt: DeliveredPrompt): Promise<boolean> {
    const text = JSON.stringify({ ...prompt, etag: '' });
    const known = this.#prompts.get(prompt.id);
    if (known?.team === team && known.text === text) return false;
    const id = this.promptId(prompt.id);
    const live = prompt.versions.find(({ version }) => version === prompt.live);
    const rows: StateOf<'prompt'>['versions'][number][] = [];
    for (const version of prompt.versions) rows.push(await this.#body(id, version));
    const state: StateOf<'prompt'> = {
      team_id: this.teamId(team),
      slug: prompt.slug,
      name: prompt.slug,
      status: prompt.status === 'archived' ? 'archived' : 'active',
      created_at: prompt.created_at,
      updated_at: CREATED_AT,
      live: live === undefined ? null : { number: live.version, ...programOf(live) },
      ...(isPolicy(prompt.contract) && { contract: prompt.contract }),
      tags: { ...prompt.tags },
      versions: rows,
    };
    this.#prompts.set(prompt.id, { team, text, state });
    await this.#px0.contexts.publish('prompt', id, state);
    return true;
  }

  async #body(id: string, version: DeliveredVersion): Promise<StateOf<'prompt'>['versions'][number]> {
    const { version: number, status, missing } = version;
    const text = JSON.stringify(programOf(version));
    const name = `${id}:${number}`;
    const known = this.#bodies.get(name);
    // What was missing comes as the same revision of the body.
    const revision =
      known === undefined ? 1 : known.revision + Number(known.text !== text && known.text !== '');
    this.#bodies.set(name, { text: missing === undefined ? text : '', revision });
    if (missing === undefined) await this.#px0.contexts.publishBody(id, number, revision, programOf(version));
    return [number, status as 'draft', revision];
  }

  /** The prompt is deleted. False if it is in another team, or nowhere. */
  async remove(team: string, id: string): Promise<boolean> {
    if (this.#prompts.get(id)?.team !== team) return false;
    this.#prompts.delete(id);
    await this.#px0.contexts.remove('prompt', this.promptId(id));
    return true;
  }

  /** Puts so many prompts more into the first team. Returns them. */
  async fill(count: number): Promise<readonly string[]> {
    const [team = ''] = this.#teams.keys();
    await this.show(team);
    const ids = Array.from({ length: count }, (_, index) => `more ${index}`);
    for (const id of ids) {
      const prompt = { id, slug: `more_${id.slice(5)}`, status: 'active', created_at: CREATED_AT, tags: {} };
      await this.put(team, { ...prompt, live: null, versions: [], etag: '' });
    }
    return ids;
  }

  async empty(ids: readonly string[]): Promise<void> {
    const [team = ''] = this.#teams.keys();
    for (const id of ids) await this.remove(team, id);
  }

  /** Everything that was published here so far. */
  present(): string {
    const { epoch, lastSequence } = this.#px0.contexts;
    return encodeToken({ epoch, sequence: lastSequence });
  }

  /** Waits until a process delivers all that was published. */
  async shownBy(url: string): Promise<void> {
    for (;;) {
      const { status } = await fetch(`${url}/v1/delivery/snapshot`, {
        method: 'HEAD',
        headers: {
          authorization: `Bearer ${this.token}`,
          'px0-min-revision': this.present(),
          'px0-consistency': 'require',
        },
      });
      if (status !== 503) return;
    }
  }
}

function isPolicy(contract: string | undefined): contract is 'warn' | 'enforce' {
  return contract === 'warn' || contract === 'enforce';
}

function programOf({ template, outline, sources, config, schema }: DeliveredVersion): ProgramState {
  const more = Object.entries({ outline, sources, config, schema }).filter(([, part]) => part !== undefined);
  return { template: template ?? '', ...Object.fromEntries(more) };
}
