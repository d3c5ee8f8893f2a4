/** Thousands of prompts of many sizes in a state stream, overwritten at random, and a view that compares what a reader has of them. */

import { headers } from '@nats-io/transport-node';
import { encodeEvent, type StateEvent, stateSubject } from '@px0/contracts';
import {
  type Bus,
  declareEpoch,
  type ProjectionView,
  REVISION_HEADER,
  viewStream,
} from '@px0/event-bus/internal';

export interface Sizes {
  readonly prompts: number;
  /** Bytes of a template. */
  readonly least: number;
  readonly most: number;
}

const TIME = '2026-01-01T00:00:00.000Z';
/** Messages on their way without an acknowledgement. */
const WINDOW = 2_000;

export class ManyPrompts {
  /** The revision of each prompt, by number. */
  readonly revisions: Uint32Array;
  readonly #bus: Bus;
  readonly #sizes: Sizes;
  #last = 0;

  private constructor(bus: Bus, sizes: Sizes) {
    this.#bus = bus;
    this.#sizes = sizes;
    this.revisions = new Uint32Array(sizes.prompts);
  }

  static async begin(bus: Bus, sizes: Sizes): Promise<ManyPrompts> {
    const view = await viewStream(bus);
    if (view === undefined) throw new Error('the state stream does not exist');
    await declareEpoch(bus, view, '0');
    const prompts = new ManyPrompts(bus, sizes);
    prompts.#last = (await bus.streamFacts('state'))?.lastSequence ?? 0;
    return prompts;
  }

  get lastSequence(): number {
    return this.#last;
  }

  async writeEach(): Promise<void> {
    await this.#write(Array.from(this.revisions.keys()));
  }

  async overwrite(count: number): Promise<void> {
    await this.#write(Array.from({ length: count }, () => Math.floor(Math.random() * this.#sizes.prompts)));
  }

  /** How many prompts the view has at another revision; the first few, by number. */
  differences(view: RevisionsView): { readonly count: number; readonly first: readonly string[] } {
    const different = Array.from(this.revisions.entries()).filter(
      ([index, revision]) => view.revisions.get(`p${index}`) !== revision,
    );
    const first = different
      .slice(0, 3)
      .map(([index, revision]) => `p${index}: ${view.revisions.get(`p${index}`)} instead of ${revision}`);
    return { count: different.length, first };
  }

  async #write(indexes: readonly number[]): Promise<void> {
    for (let start = 0; start < indexes.length; start += WINDOW) {
      for (const index of indexes.slice(start, start + WINDOW)) this.#publish(index);
      await this.#untilStored();
    }
  }

  #publish(index: number): void {
    const revision = (this.revisions[index] ?? 0) + 1;
    this.revisions[index] = revision;
    const id = `p${index}`;
    const carried = headers();
    carried.set(REVISION_HEADER, String(revision));
    const text = encodeEvent({ name: 'prompt', id, revision, time: TIME, state: this.#state(id) });
    const subject = this.#bus.names.onWire(stateSubject('prompt', id));
    this.#bus.connection.publish(subject, text, { headers: carried });
    this.#last += 1;
  }

  #state(id: string) {
    const { least, most } = this.#sizes;
    const template = 'x'.repeat(least + Math.floor(Math.random() * (most - least)));
    return {
      team_id: 't1',
      slug: id,
      name: id,
      status: 'active' as const,
      created_at: TIME,
      updated_at: TIME,
      live: { number: 1, template },
      tags: {},
      versions: [[1, 'live', 1]] as [number, 'live', number][],
    };
  }

  async #untilStored(): Promise<void> {
    while (((await this.#bus.streamFacts('state'))?.lastSequence ?? 0) < this.#last)
      await this.#bus.connection.flush();
  }
}

/** Keeps the revision of each prompt. */
export class RevisionsView implements ProjectionView {
  readonly revisions = new Map<string, number>();
  applied = 0;
  readonly #afterEach: (applied: number) => void;

  constructor(afterEach: (applied: number) => void = () => undefined) {
    this.#afterEach = afterEach;
  }

  wants(name: StateEvent['name']): boolean {
    return name === 'prompt';
  }

  apply({ id, revision }: StateEvent): void {
    this.revisions.set(id, revision);
    this.applied += 1;
    this.#afterEach(this.applied);
  }

  drop(_name: StateEvent['name'], id: string): void {
    this.revisions.delete(id);
  }
}
