/** What goes on in px0 while applications render: prompts are promoted, rolled back, tagged, moved and archived, and keys revoked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@px0/testing/random';
import type { Call, Done, RecordingClient } from '../client.ts';
import type { Action } from '../history.ts';
import { type Memory, type Stage, Worker } from '../workload.ts';

export const TAG = 'canary';

const PAUSE_MS = 120;
const PAUSE_AFTER_FAILURE_MS = 100;

/** Writes one prompt, and is the only one to do so: its versions are made live in an order that is known. */
export class PromptWriter {
  readonly #client: RecordingClient;
  readonly #worker: Worker;
  readonly #stage: Stage;
  readonly #memory: Memory;
  readonly #random: Random;
  readonly #prompt: string;
  /** Where it may be moved to; empty: nowhere. */
  readonly #teams: readonly string[];

  constructor(
    name: string,
    client: RecordingClient,
    stage: Stage,
    memory: Memory,
    random: Random,
    { prompt, teams = [] }: { readonly prompt: string; readonly teams?: readonly string[] },
  ) {
    this.#client = client;
    this.#worker = new Worker(name, client, stage, memory, random, []);
    this.#stage = stage;
    this.#memory = memory;
    this.#random = random;
    this.#prompt = prompt;
    this.#teams = teams;
  }

  async workUntil(over: () => boolean): Promise<void> {
    while (!over()) {
      const { ok } = await this.#something();
      await sleep(ok ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS);
    }
  }

  /** A first version, live and tagged. */
  async begin(): Promise<void> {
    await this.#promoteNew();
    await this.#tag(this.#memory.versionsOf(this.#prompt).at(-1) ?? 0);
  }

  #something(): Promise<Done> {
    const choice = this.#random.next();
    if (this.#teams.length > 0 && choice < 0.6) return this.#move();
    if (choice < 0.7) return this.#promoteNew();
    if (choice < 0.8) return this.#promoteTwice(this.#someVersion());
    if (choice < 0.92) return this.#tag(this.#someVersion());
    return this.#write({ kind: this.#random.pick('archive', 'restore'), prompt: this.#prompt }, (kind) => ({
      method: 'POST',
      path: `/v1/prompts/${this.#prompt}/${kind}`,
    }));
  }

  #someVersion(): number {
    const versions = this.#memory.versionsOf(this.#prompt);
    return versions.at(-1 - this.#random.below(Math.min(3, versions.length))) ?? 1;
  }

  async #promoteNew(): Promise<Done> {
    const created = await this.#worker.createVersion(this.#prompt);
    const { version } = created.operation.answer ?? {};
    return version === undefined ? created : this.#promoteTwice(version);
  }

  /** A draft needs it twice. */
  async #promoteTwice(version: number): Promise<Done> {
    const done = await this.#worker.promote(this.#prompt, version);
    return done.operation.answer?.text === 'stable' ? this.#worker.promote(this.#prompt, version) : done;
  }

  #tag(version: number): Promise<Done> {
    return this.#write({ kind: 'set-tag', prompt: this.#prompt, tag: TAG, version }, () => ({
      method: 'POST',
      path: `/v1/prompts/${this.#prompt}/versions/${version}/tags`,
      body: { tag: TAG },
    }));
  }

  #move(): Promise<Done> {
    const team = this.#teams[this.#random.below(this.#teams.length)] ?? '';
    return this.#write({ kind: 'move', prompt: this.#prompt, team }, () => ({
      method: 'POST',
      path: `/v1/prompts/${this.#prompt}/move`,
      body: { team_id: team },
    }));
  }

  #write(action: Action, call: (kind: Action['kind']) => Call): Promise<Done> {
    return this.#client.do(action, { ...call(action.kind), token: this.#stage.session });
  }
}

/** Asks until px0 has said that the key is gone. */
export async function revoke(
  client: RecordingClient,
  session: string,
  { id, name }: { readonly id: string; readonly name: string },
  now: () => number,
): Promise<{ asked: number; answered: number }> {
  const asked = now();
  for (;;) {
    const { operation } = await client.do(
      { kind: 'revoke', credential: name },
      { method: 'DELETE', path: `/v1/api-keys/${id}`, token: session },
    );
    const status = operation.answer?.status;
    if (status === 204 || status === 404) return { asked, answered: operation.end };
    await sleep(PAUSE_AFTER_FAILURE_MS);
  }
}
