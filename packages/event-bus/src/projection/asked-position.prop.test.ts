/**
 * What a reader may believe, against a model of a server that trims superseded messages, is interrupted at any moment, and may skip
 * messages: it keeps them in blocks, and finds nothing from a sequence on that lies between two blocks, as nats-server 2.9.22 to 2.9.25
 * do with many blocks.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Continuity, isExplained, type ReadFrom } from '../stream/continuity.ts';
import { AskedPosition } from './asked-position.ts';

const BLOCK = 4;
const SUBJECTS = 5;

class ModelServer {
  readonly log: { readonly sequence: number; readonly subject: number }[] = [];
  readonly #history: number;
  readonly #skips: boolean;

  constructor(history: number, skips: boolean) {
    this.#history = history;
    this.#skips = skips;
  }

  get last(): number {
    return this.log.length;
  }

  write(subject: number): void {
    this.log.push({ sequence: this.last + 1, subject });
  }

  lastOfEach(): number[] {
    const lasts = new Map(this.log.map(({ sequence, subject }) => [subject, sequence]));
    return [...lasts.values()].toSorted((a, b) => a - b);
  }

  /** What consumers and the leader's answers rest on: the first message at or after a sequence. */
  firstFrom(sequence: number): number | undefined {
    const live = this.log.filter((message) => this.#isKept(message)).map((message) => message.sequence);
    const start = Math.max(sequence, live[0] ?? 1);
    if (this.#skips && this.#isBetweenBlocks(start, live)) return undefined;
    return live.find((candidate) => candidate >= start);
  }

  /** In front of the first message that its block still has: a block's last sequence stays, its first one rises. */
  #isBetweenBlocks(sequence: number, live: readonly number[]): boolean {
    const block = Math.floor((sequence - 1) / BLOCK);
    const first = live.find((candidate) => Math.floor((candidate - 1) / BLOCK) === block);
    return sequence <= this.last && (first === undefined || sequence < first);
  }

  #isKept(message: { readonly sequence: number; readonly subject: number }): boolean {
    let newer = 0;
    for (let index = message.sequence; index < this.log.length && newer < this.#history; index += 1) {
      if (this.log[index]?.subject === message.subject) newer += 1;
    }
    return newer < this.#history;
  }
}

class ModelConsumer {
  readonly #server: ModelServer;
  readonly #list: number[];
  #next: number;
  /** After finding nothing it waits for the next write. */
  #waitsFor = 0;

  constructor(server: ModelServer, from: ReadFrom) {
    this.#server = server;
    this.#list = from === 'last-per-subject' ? server.lastOfEach() : [];
    this.#next = from === 'last-per-subject' ? server.last + 1 : Math.min(from.sequence, server.last + 1);
  }

  get isIdle(): boolean {
    return this.#waitsFor > this.#server.last;
  }

  deliver(): number | undefined {
    if (this.isIdle) return undefined;
    const listed = this.#list.shift();
    const found = this.#server.firstFrom(listed ?? this.#next);
    if (found === undefined) {
      if (listed === undefined) this.#next = this.#server.last + 1;
      this.#waitsFor = this.#server.last + 1;
    } else if (listed === undefined) this.#next = found + 1;
    return found;
  }
}

/** The mend, or what there was before it: every delivery is believed, and whoever had a position goes on from there. */
type Mend = 'checked' | 'believed';

class ModelReader {
  readonly applied = new Map<number, number>();
  readonly place: AskedPosition;
  readonly #server: ModelServer;
  readonly #mend: Mend;
  #consumer: ModelConsumer | undefined;
  #continuity = new Continuity('last-per-subject');
  #held: { readonly sequence: number; readonly from: number } | undefined;
  #questions: { readonly answer: (last: number) => void; readonly fail: () => void; value?: number }[] = [];
  reads = 0;
  wrong: string | undefined;

  constructor(server: ModelServer, mend: Mend) {
    this.#server = server;
    this.#mend = mend;
    this.place = new AskedPosition({
      lastSequence: () =>
        new Promise((answer, reject) =>
          this.#questions.push({ answer, fail: () => reject(new Error('NATS is away')) }),
        ),
      onStep: () => this.#check(),
      mayAsk: () => this.#consumer !== undefined,
      retryMs: 0,
    });
  }

  /** `late` writes come between the consumer's creation and the look at the stream. */
  open(late: readonly number[] = []): void {
    if (this.#consumer !== undefined) return;
    const { position } = this.place;
    const believed = position === 0 ? 'last-per-subject' : { sequence: position + 1 };
    const from = this.#mend === 'checked' ? this.place.from : believed;
    this.reads += 1;
    this.#continuity = new Continuity(from);
    this.#consumer = new ModelConsumer(this.#server, from);
    for (const subject of late) this.#server.write(subject);
    this.#continuity.opened(this.#server.last);
    this.place.resume();
  }

  /** The connection is lost, and with it the answers that were under way. */
  cut(everything = false): void {
    if (this.#consumer === undefined) return;
    this.#consumer = undefined;
    this.#held = undefined;
    this.place.ended(everything ? 'everything' : undefined);
    for (const { fail } of this.#questions.splice(0)) fail();
  }

  deliver(): void {
    if (this.#held !== undefined) return;
    const sequence = this.#consumer?.deliver();
    if (sequence === undefined) return;
    const hole = this.#continuity.delivered(sequence);
    if (hole === undefined || this.#mend === 'believed') this.#apply(sequence);
    else this.#held = { sequence, from: hole.from };
  }

  /** The leader's answer about a hole. */
  explain(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const hole = { from: held.from, before: held.sequence };
    const isTrue = isExplained(hole, this.#server.firstFrom(held.from));
    if (isTrue && !this.#continuity.hasTooManyHoles) this.#apply(held.sequence);
    else this.cut(true);
  }

  heartbeat(): void {
    if (this.#mend === 'believed' || this.#held !== undefined || this.#consumer?.isIdle !== true) return;
    const lastSequence = this.#server.last;
    if (this.#continuity.heartbeat() && this.#continuity.hasStalledBefore({ lastSequence, exists: true }))
      this.cut(true);
  }

  reachServer(): void {
    for (const question of this.#questions) question.value ??= this.#server.last;
  }

  answer(): void {
    const [question] = this.#questions;
    if (question?.value === undefined) return;
    this.#questions.shift();
    question.answer(question.value);
    this.#continuity.expect(question.value);
  }

  #apply(sequence: number): void {
    const subject = this.#server.log[sequence - 1]?.subject ?? -1;
    this.applied.set(subject, Math.max(this.applied.get(subject) ?? 0, sequence));
    this.place.delivered(sequence);
  }

  #check(): void {
    for (const { subject, sequence } of this.#server.log.slice(0, this.place.reported)) {
      if ((this.applied.get(subject) ?? 0) < sequence)
        this.wrong ??= `reported ${this.place.reported} without ${sequence}`;
    }
  }
}

type Step =
  | { readonly kind: 'write'; readonly subject: number }
  | { readonly kind: 'open'; readonly late: readonly number[] }
  | { readonly kind: 'deliver' | 'explain' | 'cut' | 'heartbeat' | 'reach-server' | 'answer' };

const subject = fc.integer({ min: 0, max: SUBJECTS - 1 });
const plain = (kind: 'deliver' | 'explain' | 'cut' | 'heartbeat' | 'reach-server' | 'answer') =>
  fc.constant<Step>({ kind });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), subject }) },
  { weight: 8, arbitrary: plain('deliver') },
  { weight: 3, arbitrary: plain('explain') },
  { weight: 1, arbitrary: plain('cut') },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('open' as const), late: fc.array(subject, { maxLength: 2 }) }),
  },
  { weight: 1, arbitrary: plain('heartbeat') },
  { weight: 2, arbitrary: plain('reach-server') },
  { weight: 2, arbitrary: plain('answer') },
);

const scenario = fc.record({
  history: fc.constantFrom(1, 2),
  before: fc.array(subject, { minLength: 1, maxLength: 60 }),
  steps: fc.array(step, { maxLength: 120 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function take(reader: ModelReader, server: ModelServer, next: Step): void {
  if (next.kind === 'write') server.write(next.subject);
  else if (next.kind === 'open') reader.open(next.late);
  else if (next.kind === 'reach-server') reader.reachServer();
  else reader[next.kind]();
}

/** Runs the steps, then lets everything that was begun end. */
async function run({ history, before, steps }: Scenario, skips: boolean, mend: Mend) {
  const server = new ModelServer(history, skips);
  for (const written of before) server.write(written);
  const reader = new ModelReader(server, mend);
  reader.open();
  for (const next of steps) {
    take(reader, server, next);
    await Promise.resolve();
    await Promise.resolve();
  }
  const isDone = () => reader.place.followsPosition && reader.place.reported === server.last;
  for (let round = 0; round < 400 && !isDone(); round += 1) {
    for (const kind of ['deliver', 'explain', 'heartbeat', 'reach-server', 'answer'] as const)
      take(reader, server, { kind });
    await new Promise((resolve) => setImmediate(resolve));
    reader.open();
  }
  const missing = server.lastOfEach().filter((sequence) => {
    const written = server.log[sequence - 1]?.subject ?? -1;
    return reader.applied.get(written) !== sequence;
  });
  return { wrong: reader.wrong, missing, caughtUp: isDone(), reads: reader.reads };
}

it('a reader that believes every delivery misses what a server skips, and reports it', async () => {
  const found = await fc.check(
    fc.asyncProperty(scenario, async (example) => {
      const { wrong, missing } = await run(example, true, 'believed');
      return wrong === undefined && missing.length === 0;
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(found.failed).toBe(true);
});

it.each([
  { skips: false, server: 'keeps its word' },
  { skips: true, server: 'skips messages' },
])(
  'with a server that $server every report is true, and the stream’s end is reached with all of it',
  async ({ skips }) => {
    await fc.assert(
      fc.asyncProperty(scenario, async (example) => {
        const { reads, ...end } = await run(example, skips, 'checked');
        expect(end).toEqual({ wrong: undefined, missing: [], caughtUp: true });
        // Reading everything ends: it is not begun again and again.
        expect(reads).toBeLessThan(example.steps.length + 20);
      }),
      { numRuns: 300 },
    );
  },
);
