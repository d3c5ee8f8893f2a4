/**
 * Several people and programs at once, in one organization: they register, give roles, write and promote versions, make and revoke
 * keys, log in and out, and render. Which of them does what next is the seed's choice.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@px0/testing/random';
import { PASSWORD, Shape } from '@px0/testing/world';
import type { Done, Place, RecordingClient } from './client.ts';
import { type Operation, type Role, templateOf } from './history.ts';

/** What was there before the faults began. */
export interface Stage {
  readonly organization: string;
  readonly team: string;
  readonly user: string;
  readonly email: string;
  /** The owner's session, which nobody ends. */
  readonly session: string;
  /** The name and the secret of a key that nobody revokes. */
  readonly key: Secret;
  readonly prompts: readonly { readonly id: string; readonly slug: string }[];
  readonly member: string;
}

export interface Secret {
  readonly credential: string;
  readonly token: string;
}

/** What all of the run knows, for the questions at its end. */
export class Memory {
  readonly emails: string[] = [];
  readonly secrets: Secret[] = [];
  readonly #versions = new Map<string, number[]>();

  versionsOf(prompt: string): readonly number[] {
    return this.#versions.get(prompt) ?? [];
  }

  noteVersion(prompt: string, version: number): void {
    this.#versions.set(prompt, [...this.versionsOf(prompt), version]);
  }

  secret(credential: string): string {
    return this.secrets.find((secret) => secret.credential === credential)?.token ?? '';
  }
}

/** An unanswered request is followed by another soon, but not in a tight circle. */
const PAUSE_AFTER_FAILURE_MS = 100;
const roles = ['admin', 'editor', 'viewer'] as const;

export class Worker {
  readonly #client: RecordingClient;
  readonly #stage: Stage;
  readonly #memory: Memory;
  readonly #random: Random;
  readonly #renders: readonly Place[];
  /** Unique in the run, so that what is written says who wrote it. */
  readonly #name: string;
  #count = 0;

  constructor(
    name: string,
    client: RecordingClient,
    stage: Stage,
    memory: Memory,
    random: Random,
    renders: readonly Place[],
  ) {
    this.#name = name;
    this.#client = client;
    this.#stage = stage;
    this.#memory = memory;
    this.#random = random;
    this.#renders = renders;
  }

  async workUntil(over: () => boolean): Promise<void> {
    while (!over()) {
      const done = await this.#something();
      if (!done) await sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }

  async createVersion(prompt: string): Promise<Done> {
    const marker = this.#unique();
    const done = await this.#client.do(
      { kind: 'create-version', prompt, marker },
      {
        method: 'POST',
        path: `/v1/prompts/${prompt}/versions`,
        token: this.#stage.session,
        body: { template: templateOf(marker) },
        read: versionOf,
      },
    );
    if (done.operation.answer?.version !== undefined) {
      this.#memory.noteVersion(prompt, done.operation.answer.version);
    }
    return done;
  }

  promote(prompt: string, version: number): Promise<Done> {
    return this.#client.do(
      { kind: 'promote', prompt, version },
      {
        method: 'POST',
        path: `/v1/prompts/${prompt}/versions/${version}/promote`,
        token: this.#stage.session,
        read: versionOf,
      },
    );
  }

  /** Undefined when it was not answered with success. */
  async createKey(): Promise<{ secret: Secret; id: string } | undefined> {
    const { organization, session } = this.#stage;
    const credential = this.#unique();
    const made = await this.#client.do(
      { kind: 'create-key', credential },
      {
        method: 'POST',
        path: '/v1/api-keys',
        token: session,
        body: { name: credential, org_id: organization, operation: 'all' },
      },
    );
    if (!made.ok) return undefined;
    const shape = new Shape(made.body);
    const secret = { credential, token: shape.text('key') };
    this.#memory.secrets.push(secret);
    return { secret, id: shape.text('id') };
  }

  async #something(): Promise<boolean> {
    const choice = this.#random.next();
    if (choice < 0.45) return (await this.#render(this.#stage.key)).ok;
    if (choice < 0.53) return (await this.createVersion(this.#prompt().id)).ok;
    if (choice < 0.8) return this.#promoteSomething();
    if (choice < 0.87) return this.#setRole();
    if (choice < 0.91) return this.#register();
    if (choice < 0.96) return this.#keyOfShortLife();
    return this.#sessionOfShortLife();
  }

  #prompt(): Stage['prompts'][number] {
    const [first, ...others] = this.#stage.prompts;
    if (first === undefined) throw new Error('the stage has no prompt');
    return this.#random.pick(first, ...others);
  }

  /** Of the live version mostly, at the gateway or at a replica, with the highest revision seen or the one that is given. */
  #render({ credential, token }: Secret, carried?: string, at?: Place): Promise<Done> {
    const { id, slug } = this.#prompt();
    const versions = this.#memory.versionsOf(id);
    const numbered = this.#random.chance(0.2) ? versions[this.#random.below(versions.length)] : undefined;
    const place =
      at ?? (this.#random.chance(0.4) ? this.#renders[this.#random.below(this.#renders.length)] : undefined);
    const input = this.#unique();
    return this.#client.do(
      {
        kind: 'render',
        prompt: id,
        credential,
        input,
        ...(numbered !== undefined && { version: numbered }),
      },
      {
        method: 'POST',
        path: `/v1/prompts/${slug}${numbered === undefined ? '' : `/versions/${numbered}`}/render`,
        token,
        body: { variables: { input } },
        ...(carried !== undefined && { carried }),
        ...(place !== undefined && { at: place }),
        read: (body) => {
          const shape = new Shape(body);
          return { version: Number(shape.at('version')), text: shape.text('rendered') };
        },
      },
    );
  }

  /** The newest mostly; sometimes an earlier one, as in a rollback. A draft needs it twice. */
  async #promoteSomething(): Promise<boolean> {
    const prompt = this.#prompt().id;
    const versions = this.#memory.versionsOf(prompt);
    const version = versions.at(-1 - this.#random.below(Math.min(3, versions.length)));
    if (version === undefined) return false;
    const { ok, operation } = await this.promote(prompt, version);
    if (operation.answer?.text === 'stable') return (await this.promote(prompt, version)).ok;
    // That it is live already is an answer, too.
    return ok || operation.answer?.status === 422;
  }

  async #setRole(): Promise<boolean> {
    const { team, member: user, session } = this.#stage;
    const role = this.#random.pick<Role>(...roles);
    const done = await this.#client.do(
      { kind: 'set-role', team, user, role },
      { method: 'PUT', path: `/v1/teams/${team}/members/${user}/role`, token: session, body: { role } },
    );
    return done.ok;
  }

  async #register(): Promise<boolean> {
    const email = `${this.#unique()}-${randomUUID()}@example.com`;
    this.#memory.emails.push(email);
    const done = await this.#client.do(
      { kind: 'register', email },
      { method: 'POST', path: '/v1/auth/register', body: { email, password: PASSWORD } },
    );
    return done.ok;
  }

  async #keyOfShortLife(): Promise<boolean> {
    const made = await this.createKey();
    if (made === undefined) return false;
    const { secret, id } = made;
    await this.#render(secret);
    if (this.#random.chance(0.2)) return true;
    return this.#revoke(secret, `/v1/api-keys/${id}`, this.#stage.session);
  }

  async #sessionOfShortLife(): Promise<boolean> {
    const credential = this.#unique();
    const made = await this.#client.do(
      { kind: 'log-in', credential },
      { method: 'POST', path: '/v1/auth/login', body: { email: this.#stage.email, password: PASSWORD } },
    );
    if (!made.ok) return false;
    const secret = { credential, token: new Shape(made.body).text('token') };
    this.#memory.secrets.push(secret);
    await this.#read(secret);
    return this.#revoke(secret, '/v1/auth/session', secret.token);
  }

  /** Ends a credential and tries it everywhere, with the revision of its end. */
  async #revoke(secret: Secret, path: string, token: string): Promise<boolean> {
    const { operation, ok } = await this.#client.do(
      { kind: 'revoke', credential: secret.credential },
      { method: 'DELETE', path, token },
    );
    const { answer } = operation satisfies Operation;
    for (const place of [undefined, ...this.#renders]) {
      await this.#render(secret, answer?.revision, place);
    }
    await this.#read(secret);
    return ok;
  }

  #read({ credential, token }: Secret): Promise<Done> {
    const path = `/v1/prompts/${this.#prompt().id}`;
    return this.#client.do({ kind: 'read', credential }, { method: 'GET', path, token });
  }

  #unique(): string {
    this.#count += 1;
    return `${this.#name}c${this.#count}`;
  }
}

function versionOf(body: unknown): { version: number; text: string } {
  const shape = new Shape(body);
  return { version: Number(shape.at('version', 'version')), text: shape.text('version', 'status') };
}
