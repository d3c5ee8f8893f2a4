/**
 * Plays a scenario the other way round: its frames and answers are what the real service must send for the same history. What they tell is made
 * true by events, the requests are made, and what comes is compared, save ids, revisions, fingerprints, times, and how many marks close a batch.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Digest, type Frame, frameOf, Replica, readFrame } from '@px0/delivery';
import type { ExpectedRequest, Scenario, ScenarioAnswer } from '@px0/delivery/scenarios';
import { decodeToken, encodeToken } from '@px0/event-bus';
import { Listener, snapshot } from '../delivery-client.ts';
import { PlayedFacts } from './played-facts.ts';
import type { Px0 } from './px0.ts';
import { asItIs, type Names, PieceReader, told } from './told.ts';

type Answer = Exclude<ScenarioAnswer, string>;

/** What happens on the connections of a scenario, in order; what its client does is left out. */
type Deed =
  | {
      readonly kind: 'connect';
      readonly on: number;
      readonly request: ExpectedRequest;
      readonly answer: ScenarioAnswer;
    }
  | { readonly kind: 'frame'; readonly on: number; readonly frame: Frame }
  | { readonly kind: 'cut'; readonly on: number };

interface OpenStream {
  readonly listener: Listener;
  /** How many of its frames were compared. */
  seen: number;
  /** What the scenario has told since the last mark. */
  expected: Frame[];
  /** The scenario says nothing of it: it was held up on its way. */
  isUnread: boolean;
  /** The client was asked to go on elsewhere, and keeps it meanwhile. */
  isLeaving: boolean;
}

/** What the real service does differently; none if all is the same. */
export async function playOnPx0(scenario: Scenario, px0: Px0): Promise<readonly string[]> {
  let run: ScenarioRun | undefined;
  try {
    run = new ScenarioRun(scenario, px0);
    await run.play();
    return run.different;
  } catch (error) {
    return [...(run?.different ?? []), error instanceof Error ? error.message : String(error)];
  } finally {
    run?.leave();
  }
}

class ScenarioRun {
  readonly different: string[] = [];
  readonly #scenario: Scenario;
  readonly #px0: Px0;
  readonly #deeds: readonly Deed[];
  readonly #facts: PlayedFacts;
  /** Revisions of the scenario, and what they are really. */
  readonly #revisions = new Map<string, string>();
  readonly #streams = new Map<number, OpenStream>();
  readonly #done = new Set<Deed>();
  readonly #held = new Replica();
  #latest: Listener | undefined;
  #lastRefusal = '';

  constructor(scenario: Scenario, px0: Px0) {
    this.#scenario = scenario;
    this.#px0 = px0;
    this.#deeds = deedsOf(scenario);
    const told = this.#deeds.map((deed) => (deed.kind === 'frame' ? deed.frame : deed));
    this.#facts = new PlayedFacts(px0.fixture, teamsOf([scenario.options, scenario.files, told]));
  }

  async play(): Promise<void> {
    const { steps, files } = this.#scenario;
    await this.#facts.start(JSON.stringify(steps).includes('user is not verified'));
    const deeds = this.#deeds;
    const stored = storedFrames(files?.state_file ?? []);
    checkSums(deeds, stored);
    if (stored.length > 0) await this.#fill(stored);
    for (const [index, deed] of deeds.entries()) {
      if (this.#done.has(deed)) continue;
      if (deed.kind === 'connect') await this.#connect(deed, deeds.slice(index + 1));
      else if (deed.kind === 'cut') this.#cut(deed.on);
      else await this.#hear(deed, deeds.slice(index + 1));
    }
    for (const on of this.#streams.keys()) this.#cut(on);
  }

  leave(): void {
    for (const { listener } of this.#streams.values()) listener.leave();
  }

  /** What an earlier process has kept was delivered to it. */
  async #fill(known: readonly Frame[]): Promise<void> {
    await this.#arrange(known);
    await this.#facts.shownBy(this.#px0.url);
    this.#latest = await Listener.synced(this.#px0.url, this.#facts.token);
    this.#learn(known, this.#latest.frames);
    this.#latest.leave();
  }

  // --- Facts -------------------------------------------------------------------------------------------------------

  /** Makes true what a transfer tells. */
  async #arrange(frames: readonly Frame[]): Promise<void> {
    const whole = new Map<string, string[]>();
    const listed = frames.find((frame) => frame.type === 'sync')?.teams.map(({ team_id }) => team_id);
    for (const team of this.#facts.shown)
      if (listed !== undefined && !listed.includes(team)) await this.#facts.hide(team);
    for (const frame of frames) {
      if (frame.type === 'begin' && frame.base === null) whole.set(frame.team_id, []);
      else if (frame.type === 'put') {
        whole.get(frame.team_id)?.push(frame.prompt.id);
        await this.#facts.put(frame.team_id, frame.prompt);
      } else if (frame.type === 'delete') {
        await this.#facts.remove(frame.team_id, frame.prompt_id);
        const ids = whole.get(frame.team_id);
        if (ids !== undefined)
          whole.set(
            frame.team_id,
            ids.filter((id) => id !== frame.prompt_id),
          );
      }
    }
    for (const [team, ids] of whole)
      for (const id of this.#facts.promptsOf(team)) if (!ids.includes(id)) await this.#facts.remove(team, id);
    for (const team of whole.keys()) await this.#facts.show(team);
  }

  // --- Requests ----------------------------------------------------------------------------------------------------

  async #connect(deed: Extract<Deed, { kind: 'connect' }>, rest: readonly Deed[]): Promise<void> {
    const { request, answer, on } = deed;
    // What the network does is not px0's.
    for (const [other, stream] of this.#streams) if (!stream.isLeaving) this.#cut(other);
    if (typeof answer === 'string') return;
    if (answer.status !== 200 && answer.status !== 304) return this.#refused(request, answer);
    this.#lastRefusal = '';
    const next = rest.filter((one) => one.on === on);
    const end = next.findIndex(
      (one) => one.kind === 'cut' || (one.kind === 'frame' && one.frame.type === 'sync'),
    );
    const transfer = (end === -1 ? next : next.slice(0, end + 1)).filter((one) => one.kind === 'frame');
    for (const one of transfer) this.#done.add(one);
    const frames = transfer.map(({ frame }) => frame);
    await this.#px0.back();
    await this.#facts.allow();
    await this.#arrange(frames);
    const goaway = next.flatMap((one) =>
      one.kind === 'frame' && one.frame.type === 'goaway' ? [one.frame] : [],
    );
    const url = await this.#px0.urlFor(goaway[0]);
    await this.#facts.shownBy(url);
    if (frames.some((frame) => frame.type === 'hello' && frame.stale) || isStale(answer))
      await this.#px0.away();
    const isWhole = frames.some(
      (frame) =>
        (frame.type === 'hello' && !frame.resumed) || (frame.type === 'begin' && frame.base === null),
    );
    if (request.path.startsWith('/v1/delivery/snapshot')) {
      const isEarlier = isWhole && request.path.includes('since=');
      await this.#poll(url, this.#really(request, isEarlier), answer, frames);
    } else await this.#follow(url, on, this.#really(request, isWhole), answer, frames);
  }

  /** The request with real ids and revisions. `isEarlier`: where the client left off was in an earlier epoch. */
  #really(
    { path, headers = {} }: ExpectedRequest,
    isEarlier = false,
  ): { readonly query: Record<string, string>; readonly headers: Record<string, string> } {
    const query = Object.fromEntries(new URL(path, 'http://px0').searchParams);
    const revision = (known: string) =>
      isEarlier ? encodeToken({ epoch: '1', sequence: 7 }) : this.#real(known);
    if (query['team_id'] !== undefined) query['team_id'] = this.#facts.teamId(query['team_id']);
    if (query['since'] !== undefined) query['since'] = revision(query['since']);
    const real = Object.entries(headers).map(([name, value]): [string, string] => {
      if (name === 'last-event-id' || name === 'px0-min-revision') return [name, revision(value)];
      return [name, name === 'if-none-match' ? this.#etag() : value];
    });
    return { query, headers: Object.fromEntries(real) };
  }

  #etag(): string {
    const { text, count }: Digest = this.#held.digest();
    return `"${text}.${count}"`;
  }

  async #follow(
    url: string,
    on: number,
    request: { readonly query: Record<string, string>; readonly headers: Record<string, string> },
    answer: Answer,
    frames: readonly Frame[],
  ): Promise<void> {
    const isResumed = request.headers['last-event-id'] !== undefined;
    const held = isResumed ? this.#latest : undefined;
    const listener = await Listener.open(url, this.#facts.token, { ...request, ...(held && { held }) });
    this.#same('status', listener.status, 200);
    this.#same('content type', listener.headers.get('content-type'), answer.headers?.['content-type']);
    this.#latest = listener;
    const stream = { listener, seen: 0, expected: [], isUnread: frames.length === 0, isLeaving: false };
    this.#streams.set(on, stream);
    if (!stream.isUnread) await this.#transferred(stream, frames);
  }

  /** A transfer has come, or its beginning, if the scenario has no more. */
  async #transferred(stream: OpenStream, frames: readonly Frame[]): Promise<void> {
    const { listener, seen } = stream;
    await listener.next('sync', seen);
    const end = listener.frames.findIndex(({ type }, index) => index >= seen && type === 'sync') + 1;
    const came = listener.frames.slice(seen, end).filter(({ type }) => type !== 'heartbeat');
    stream.seen = end;
    const isComplete = frames.at(-1)?.type === 'sync';
    this.#compare(isComplete ? came : came.slice(0, frames.length), frames);
  }

  async #poll(
    url: string,
    request: { readonly query: Record<string, string>; readonly headers: Record<string, string> },
    answer: Answer,
    frames: readonly Frame[],
  ): Promise<void> {
    const got = await snapshot(url, this.#facts.token, request.query, request.headers);
    this.#same('status', got.status, answer.status);
    this.#same('Px0-Stale', got.headers.get('px0-stale') ?? undefined, answer.headers?.['px0-stale']);
    const revision = got.headers.get('px0-revision') ?? '';
    if (answer.status === 304) {
      this.#held.confirm(revision);
      this.#revisions.set(answer.headers?.['px0-revision'] ?? '', revision);
      return;
    }
    this.#same('content type', got.headers.get('content-type'), answer.headers?.['content-type']);
    const isComplete = frames.at(-1)?.type === 'sync';
    this.#compare(isComplete ? got.frames : got.frames.slice(0, frames.length), frames);
    // A poll that is cut short has told no revision to go on from.
    if (!isComplete) return;
    for (const frame of got.frames) {
      const repair = this.#held.apply(frame);
      if (repair !== undefined) throw new Error(`${repair}: ${JSON.stringify(frame)}`);
    }
    this.#same('digest', this.#etag(), got.headers.get('etag'));
  }

  async #refused(request: ExpectedRequest, answer: Answer): Promise<void> {
    const { status, headers = {}, body = '' } = answer;
    // The same again is the same.
    const asked = JSON.stringify([request, answer]);
    if (asked === this.#lastRefusal) return;
    this.#lastRefusal = asked;
    const { error = '' }: { readonly error?: string } = JSON.parse(body);
    const { query, headers: sent } = this.#really(request);
    const refusal = await this.#px0.refusal(error, {
      facts: this.#facts,
      request,
      query,
      headers: sent,
      answer,
    });
    if (isStale(answer)) await this.#px0.away();
    const got = await refusal.ask();
    await this.#px0.back();
    await refusal.over();
    this.#same('status', got.status, status);
    this.#same('body', got.text, body);
    this.#same('Px0-Stale', got.headers.get('px0-stale') ?? undefined, headers['px0-stale']);
    this.#same('Px0-Revision', got.headers.has('px0-revision'), headers['px0-revision'] !== undefined);
    this.#same(
      'content type',
      mediaType(got.headers.get('content-type')),
      mediaType(headers['content-type']),
    );
    const [came, expected] = [got.headers.get('retry-after'), headers['retry-after']];
    // px0 chooses at random there.
    const isAny =
      error === 'service unavailable' && /^[1-5]$/.test(came ?? '') && /^[1-5]$/.test(expected ?? '');
    if (!isAny) this.#same('Retry-After', came ?? undefined, expected);
    const real = got.headers.get('px0-revision');
    if (real !== null) this.#revisions.set(headers['px0-revision'] ?? '', real);
  }

  // --- An open stream ----------------------------------------------------------------------------------------------

  async #hear({ frame, on }: Extract<Deed, { kind: 'frame' }>, rest: readonly Deed[]): Promise<void> {
    const stream = this.#streams.get(on);
    if (stream === undefined) throw new Error(`a ${frame.type} where no stream is open`);
    const { listener } = stream;
    switch (frame.type) {
      case 'begin': {
        const next = rest.filter((one) => one.on === on);
        const end = next.findIndex(
          (one) => one.kind === 'cut' || (one.kind === 'frame' && one.frame.type === 'sync'),
        );
        const transfer = (end === -1 ? next : next.slice(0, end + 1)).filter((one) => one.kind === 'frame');
        for (const one of transfer) this.#done.add(one);
        const frames = [frame, ...transfer.map((one) => one.frame)];
        await this.#arrange(frames);
        await this.#transferred(stream, frames);
        return;
      }
      case 'put':
        await this.#px0.back();
        stream.expected.push(frame);
        await this.#facts.put(frame.team_id, frame.prompt);
        await this.#contents(stream);
        return;
      case 'delete':
        stream.expected.push(frame);
        await this.#facts.remove(frame.team_id, frame.prompt_id);
        await this.#contents(stream);
        return;
      case 'drop':
        stream.expected.push(frame);
        await this.#facts.hide(frame.team_id);
        await this.#contents(stream);
        this.#close(stream);
        return;
      case 'mark':
        await this.#marked(stream, frame);
        return;
      case 'sync':
        await this.#px0.newEpoch(this.#facts);
        await this.#transferred(stream, [frame]);
        return;
      case 'heartbeat': {
        if (frame.stale) await this.#px0.away();
        else await this.#px0.back();
        this.#close(stream);
        const heartbeat = await listener.until(
          () =>
            listener.frames
              .slice(stream.seen)
              .find((one) => one.type === 'heartbeat' && one.stale === frame.stale),
          'a heartbeat',
        );
        stream.seen = listener.frames.indexOf(heartbeat) + 1;
        this.#compare([heartbeat], [frame]);
        return;
      }
      case 'end': {
        await this.#facts.refuse();
        const end = await listener.next('end', stream.seen);
        this.#compare([end], [frame]);
        await listener.over();
        return;
      }
      case 'goaway': {
        stream.isLeaving = true;
        this.#px0.sendAway(frame);
        const goaway = await listener.next('goaway', stream.seen);
        const [least, most] = goaway.retry_ms;
        this.#same('times of goaway', least >= 0 && most >= least && goaway.grace_ms >= most, true);
        this.#compare([goaway], [frame]);
        return;
      }
      default:
        throw new Error(`px0 says no ${frame.type} here`);
    }
  }

  /** As many changes have come as the scenario has told. */
  async #contents({ listener, seen, expected }: OpenStream): Promise<void> {
    await listener.until(
      () => contentsOf(listener.frames.slice(seen)).length >= expected.length || undefined,
      'a change',
    );
  }

  async #marked(stream: OpenStream, mark: Extract<Frame, { type: 'mark' }>): Promise<void> {
    const { listener, seen } = stream;
    await listener.until(() => {
      const frames = listener.frames.slice(seen);
      const isAfter = frames.findLastIndex(isContent) < frames.findLastIndex(({ type }) => type === 'mark');
      return isAfter || undefined;
    }, 'a mark');
    const marks = listener.frames.slice(seen).filter((frame) => frame.type === 'mark');
    const teams = new Map(marks.flatMap((one) => one.teams).map((team) => [team.team_id, team]));
    this.#close(stream);
    const last = marks.at(-1);
    if (last !== undefined) this.#compare([{ ...last, teams: [...teams.values()] }], [mark]);
  }

  /** What was told since the last time has come, and nothing else. */
  #close(stream: OpenStream): void {
    const { listener, seen, expected } = stream;
    stream.seen = listener.frames.length;
    stream.expected = [];
    this.#compare(contentsOf(listener.frames.slice(seen)), expected);
  }

  #cut(on: number): void {
    const stream = this.#streams.get(on);
    if (stream === undefined) return;
    // A client that has left hears no more of what is told there, too.
    if (!stream.isUnread && !stream.isLeaving) this.#close(stream);
    stream.listener.leave();
    this.#streams.delete(on);
  }

  // --- Comparison --------------------------------------------------------------------------------------------------

  #compare(came: readonly Frame[], expected: readonly Frame[]): void {
    const names: Names = {
      team: (id) => this.#facts.teamId(id),
      prompt: (id) => this.#facts.promptId(id),
      revision: (revision) => this.#revisions.get(revision) ?? 'a revision that was not told',
    };
    const [is, should] = [came.map((one) => told(one, asItIs)), expected.map((one) => told(one, names))];
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(is)), JSON.parse(JSON.stringify(should))))
      this.different.push(`px0 says ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
    this.#learn(expected, came);
  }

  /** The revisions of frames that say the same. */
  #learn(expected: readonly Frame[], came: readonly Frame[]): void {
    const known = new Map(came.map((frame) => [frame.type, frame]));
    for (const [index, frame] of expected.entries()) {
      const real = came[index]?.type === frame.type ? came[index] : known.get(frame.type);
      if ('revision' in frame && real !== undefined && 'revision' in real)
        this.#revisions.set(frame.revision, real.revision);
    }
  }

  #real(revision: string): string {
    const real = this.#revisions.get(revision);
    if (real === undefined)
      throw new Error(`px0 has told no revision ${String(decodeToken(revision)?.sequence)}`);
    return real;
  }

  #same(what: string, is: unknown, should: unknown): void {
    if (is !== should) this.different.push(`${what} is ${String(is)}, not ${String(should)}`);
  }
}

function isStale({ headers }: Answer): boolean {
  return headers?.['px0-stale'] === 'true';
}

function mediaType(text: string | null | undefined): string | undefined {
  return text?.split(';')[0];
}

function isContent({ type }: Frame): boolean {
  return type === 'put' || type === 'delete' || type === 'drop';
}

function contentsOf(frames: readonly Frame[]): Frame[] {
  return frames.filter(isContent);
}

function teamsOf(told: unknown): string[] {
  return [...new Set(JSON.stringify(told).match(/[ab]{8}-0000-4000-8000-000000000000/g))];
}

/** The deeds of a scenario's server. @throws Error for bytes that px0 does not write */
function deedsOf({ steps }: Scenario): Deed[] {
  const deeds: Deed[] = [];
  const readers: PieceReader[] = [];
  for (const step of steps) {
    if ('connect' in step) {
      deeds.push({ kind: 'connect', on: readers.length, request: step.connect, answer: step.answer });
      readers.push(new PieceReader(step.connect.path.startsWith('/v1/delivery/stream')));
      continue;
    }
    if (!('frame' in step || 'bytes' in step || 'cut' in step || 'closed' in step)) continue;
    const on = step.on ?? readers.length - 1;
    if ('closed' in step) {
      if (step.closed) deeds.push({ kind: 'cut', on });
    } else if ('cut' in step) deeds.push({ kind: 'cut', on });
    else if ('bytes' in step)
      for (const frame of readers[on]?.read(step.bytes) ?? []) deeds.push({ kind: 'frame', on, frame });
    else {
      const text = JSON.stringify(step.frame);
      const frame = readFrame(text);
      if (frame === undefined) throw new Error(`px0 has no frame ${text}`);
      deeds.push({ kind: 'frame', on, frame });
    }
  }
  return deeds;
}

/** The frames of a state file; none if no px0 has led to it. */
function storedFrames(lines: readonly (object | string)[]): Frame[] {
  const frames = lines.flatMap((line) => (typeof line === 'object' ? (frameOf(line) ?? []) : []));
  const held = new Replica();
  return frames.every((frame) => held.apply(frame) === undefined) && held.isSynced ? frames : [];
}

/** @throws Error where what the scenario's server says does not add up */
function checkSums(deeds: readonly Deed[], stored: readonly Frame[]): void {
  const replicas = new Map<number, Replica>();
  let latest = new Replica();
  for (const frame of stored) latest.apply(frame);
  for (const deed of deeds) {
    if (deed.kind === 'connect') {
      if (typeof deed.answer === 'string') continue;
      latest =
        deed.request.headers?.['last-event-id'] === undefined && !deed.request.path.includes('since=')
          ? new Replica()
          : latest.fork();
      replicas.set(deed.on, latest);
    } else if (deed.kind === 'frame') {
      const repair = replicas.get(deed.on)?.apply(deed.frame);
      if (repair !== undefined)
        throw new Error(`the scenario's ${deed.frame.type} does not add up: ${repair}`);
    }
  }
}
