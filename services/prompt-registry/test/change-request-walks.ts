/**
 * Random walks over everything that may happen to a request, judged from outside: what somebody saw, who wrote what, who is there. The walks
 * speak to the API alone. See docs/decisions/203-change-requests.md.
 */
import { schemas, type Wire } from '@px0/contracts';
import { z } from 'zod';
import type { Bearer, Reply, RunningRegistry } from './running-registry.ts';

const answer = z.object({ change_request: schemas.ChangeRequest });

export const requestOf = (reply: Reply): Wire<'ChangeRequest'> => answer.parse(reply.body).change_request;

/** Numbers below one, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Actor extends Bearer {
  /** Who answers for what the actor does. */
  readonly person: string;
}

/** The people of the walks, each with a key of their own whose event does not say so, and the policy that protects what they work on. */
export interface Stage {
  readonly teamId: string;
  readonly admin: Bearer;
  readonly people: readonly Actor[];
  readonly keys: readonly Actor[];
}

const NAMES = 3;

export async function stageOf(registry: RunningRegistry): Promise<Stage> {
  const { orgId, teamId, admin } = await registry.cast();
  const people: Actor[] = [];
  const keys: Actor[] = [];
  for (let index = 0; index < NAMES; index += 1) {
    const { id, token } = await registry.identity.register();
    people.push({ person: id, token });
    const known = index % 2 === 0 ? { created_by: id } : {};
    const key = await registry.identity.createKey(orgId, {
      operation: 'all',
      scope: { kind: 'teams', team_ids: [teamId] },
      ...known,
    });
    keys.push({ person: id, token: key.token });
  }
  await must(
    registry.call(admin, 'POST', `/v1/teams/${teamId}/prompt-policies`, {
      name: 'Walks',
      match: { slugs: ['*'], transitions: ['live'] },
      require: { approvals: 1, not_contributor: true },
    }),
  );
  return { teamId, admin, people, keys };
}

async function must(call: Promise<Reply>): Promise<Reply> {
  const reply = await call;
  if (reply.status >= 300) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

interface Seen {
  readonly person: string;
  readonly verdict: 'approve' | 'request_changes';
  readonly text: string;
  readonly live: string;
}

interface OpenRequest {
  readonly id: string;
  readonly version: number;
  readonly author: string;
  readonly seen: Seen[];
}

interface Version {
  text: string;
  readonly writers: Set<string>;
  isDraft: boolean;
}

/** One prompt, and all that is known of it from outside. */
export class Walk {
  readonly #registry: RunningRegistry;
  readonly #stage: Stage;
  readonly #random: () => number;
  readonly #versions = new Map<number, Version>();
  readonly #requests: OpenRequest[] = [];
  readonly #members: Set<string>;
  #promptId = '';
  #live = 0;
  #texts = 0;
  applied = 0;
  readonly violations: string[] = [];

  constructor(registry: RunningRegistry, stage: Stage, seed: number) {
    this.#registry = registry;
    this.#stage = stage;
    this.#random = randomFrom(seed);
    this.#members = new Set(stage.people.map(({ person }) => person));
  }

  async run(steps: number): Promise<void> {
    const { teamId, admin, people } = this.#stage;
    for (const { person } of people) await this.#registry.tenancy.setMember(teamId, person, 'editor');
    this.#promptId = (await this.#registry.prompts.create(admin, teamId)).id;
    // Two versions have been live, so that either may come back without a review.
    await this.#registry.call(admin, 'PATCH', `/v1/prompts/${this.#promptId}`, { contract: 'off' });
    await this.#first();
    for (let step = 0; step < steps && this.violations.length === 0; step += 1) await this.#step();
  }

  /** Versions 1 and 2 were both live: breaking the glass made them so. */
  async #first(): Promise<void> {
    const { admin } = this.#stage;
    for (const number of [1, 2]) {
      const text = this.#newText();
      await must(this.#call(admin, 'POST', '/versions', { template: text }));
      await must(this.#call(admin, 'POST', `/versions/${number}/promote`));
      await must(
        this.#registry.call(
          admin,
          'POST',
          `/v1/prompts/${this.#promptId}/versions/${number}/promote`,
          undefined,
          {
            'px0-break-glass': 'first',
          },
        ),
      );
      this.#versions.set(number, { text, writers: new Set(), isDraft: false });
      this.#live = number;
    }
  }

  async #step(): Promise<void> {
    const choice = this.#random();
    const requests = this.#requests.length > 0;
    if (!requests || choice < 0.12) return choice < 0.5 || !requests ? this.#propose() : undefined;
    if (choice < 0.24) return this.#edit();
    if (choice < 0.56) return this.#review();
    if (choice < 0.64) return this.#rollBack();
    if (choice < 0.72) return this.#comeOrGo();
    if (choice < 0.76) return this.#stabilise();
    return this.#apply();
  }

  /** Somebody, or somebody's key, writes a version and proposes it. */
  async #propose(): Promise<void> {
    const writer = this.#somebody();
    const drafts = [...this.#versions].filter(([, { isDraft }]) => isDraft).map(([number]) => number);
    const source = this.#random() < 0.3 ? this.#pick(drafts) : undefined;
    const text = this.#newText();
    const reply =
      source === undefined
        ? await this.#call(writer, 'POST', '/versions', { template: text })
        : await this.#call(writer, 'POST', `/versions/${source}/duplicate`);
    if (reply.status !== 201) return;
    const { version } = z.object({ version: schemas.PromptVersion }).parse(reply.body);
    const writers = new Set(source === undefined ? [] : this.#versions.get(source)?.writers);
    this.#versions.set(version.version, {
      text: version.template,
      writers: writers.add(writer.person),
      isDraft: true,
    });
    const author = this.#somebody();
    const change = { kind: 'promote', version: version.version, to: 'live' };
    const opened = await this.#call(author, 'POST', '/change-requests', { title: 'walk', change });
    if (opened.status !== 201) return;
    const { id } = requestOf(opened);
    this.#requests.push({ id, version: version.version, author: author.person, seen: [] });
  }

  async #edit(): Promise<void> {
    const writer = this.#somebody();
    const { version } = this.#request();
    const text = this.#random() < 0.2 ? 'text 0' : this.#newText();
    const { status } = await this.#call(writer, 'PUT', `/versions/${version}`, { template: text });
    const known = this.#versions.get(version);
    if (status !== 200 || known === undefined) return;
    known.text = text;
    known.writers.add(writer.person);
  }

  async #review(): Promise<void> {
    const reviewer = this.#pick(this.#stage.people);
    const request = this.#request();
    if (reviewer === undefined) return;
    const shown = await this.#registry.call(reviewer, 'GET', `/v1/change-requests/${request.id}`);
    if (shown.status !== 200) return;
    const { content_hash } = requestOf(shown).binding;
    const verdict = this.#random() < 0.85 ? 'approve' : 'request_changes';
    const path = `/v1/change-requests/${request.id}/reviews`;
    const { status } = await this.#registry.call(reviewer, 'POST', path, { verdict, content_hash });
    const text = this.#versions.get(request.version)?.text ?? '';
    if (status === 201) request.seen.push({ person: reviewer.person, verdict, text, live: this.#liveText() });
  }

  /** What was live not long ago comes back without a review. */
  async #rollBack(): Promise<void> {
    const number = this.#live === 1 ? 2 : 1;
    const { status } = await this.#call(this.#stage.admin, 'POST', `/versions/${number}/promote`);
    if (status === 200) this.#live = number;
  }

  async #comeOrGo(): Promise<void> {
    const { tenancy } = this.#registry;
    const { teamId, people } = this.#stage;
    const { person } = this.#pick(people) ?? { person: '' };
    if (this.#members.delete(person)) return tenancy.removeMember(teamId, person);
    this.#members.add(person);
    return tenancy.setMember(teamId, person, 'editor');
  }

  /** Promoting a draft to stable is not guarded. */
  async #stabilise(): Promise<void> {
    const { version } = this.#request();
    const known = this.#versions.get(version);
    if (known?.isDraft !== true) return;
    const { status } = await this.#call(this.#stage.admin, 'POST', `/versions/${version}/promote`);
    if (status === 200) known.isDraft = false;
  }

  async #apply(): Promise<void> {
    const request = this.#request();
    const path = `/v1/change-requests/${request.id}/apply`;
    const { status } = await this.#registry.call(this.#stage.admin, 'POST', path);
    if (status !== 200) return;
    this.applied += 1;
    this.#judge(request);
    this.#live = request.version;
    const known = this.#versions.get(request.version);
    if (known !== undefined) known.isDraft = false;
    this.#requests.splice(this.#requests.indexOf(request), 1);
  }

  /** Whether somebody who may has approved exactly this text in place of exactly what was live. */
  #judge({ id, version, author, seen }: OpenRequest): void {
    const { text, writers } = this.#versions.get(version) ?? { text: '', writers: new Set() };
    const newest = new Map(seen.map((one) => [one.person, one]));
    const counts = ({ person, ...saw }: Seen) =>
      saw.text === text &&
      saw.live === this.#liveText() &&
      this.#members.has(person) &&
      person !== author &&
      !writers.has(person);
    const approvals = [...newest.values()].filter((one) => one.verdict === 'approve' && counts(one));
    if (approvals.length === 0) this.violations.push(`${id} was applied without an approval that counts`);
  }

  #liveText(): string {
    return `${this.#live} ${this.#versions.get(this.#live)?.text}`;
  }

  #newText(): string {
    this.#texts += 1;
    return `text ${this.#texts}`;
  }

  #request(): OpenRequest {
    const request = this.#pick(this.#requests);
    if (request === undefined) throw new Error('there is no request');
    return request;
  }

  /** A person or a key. */
  #somebody(): Actor {
    const actor = this.#pick([...this.#stage.people, ...this.#stage.keys]);
    if (actor === undefined) throw new Error('there is nobody');
    return actor;
  }

  #pick<T>(among: readonly T[]): T | undefined {
    return among[Math.floor(this.#random() * among.length)];
  }

  #call(by: Bearer, method: string, path: string, body?: object): Promise<Reply> {
    return this.#registry.call(by, method, `/v1/prompts/${this.#promptId}${path}`, body);
  }
}
