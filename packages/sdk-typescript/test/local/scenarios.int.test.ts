/** Plays the scenarios that all SDKs share (packages/delivery/README.md) against the whole client: clock, randomness and network are the scenario's. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asEvent, asLine, type Frame } from '@px0/delivery';
import type { Piece, Scenario, ScenarioAnswer, ScenarioStep } from '@px0/delivery/scenarios';
import { PlayedClock, PlayedNetwork, type PlayedRequest, settle } from '@px0/delivery/scenarios';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client.ts';
import { InvalidRequestError, RefusedError, UnreachableError } from '../../src/errors.ts';
import type { PromptChange } from '../../src/held.ts';
import { settingsOf } from '../../src/options.ts';
import { localParts } from '../../src/parts.ts';

const HOST = 'https://px0.example.com';
const DELIVERY_HEADERS = ['last-event-id', 'if-none-match', 'px0-min-revision', 'px0-consistency'];
const vectors = join(import.meta.dirname, '..', '..', '..', 'delivery', 'test', 'vectors', 'delivery');

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder('sdk-scenarios');
});
afterAll(() => rm(folder, { recursive: true }));

type RenderStep = Extract<ScenarioStep, { readonly render: unknown }>;

interface PendingRender {
  readonly step: RenderStep;
  readonly until: number;
  outcome: Readonly<Record<string, unknown>> | undefined;
}

class PlayedClient extends Client {}

class Player {
  readonly wrong: string[] = [];
  readonly #scenario: Scenario;
  readonly #clock = new PlayedClock();
  readonly #network = new PlayedNetwork(this.#clock);
  readonly #stateFile: string;
  readonly #connections: PlayedRequest[] = [];
  #changes: PromptChange[] = [];
  #warnings = 0;
  /** How many renders px0 was asked for. */
  #asked = 0;
  #pending: PendingRender[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#stateFile = join(folder, `${randomUUID()}.ndjson`);
  }

  async play(): Promise<void> {
    const { options, files, steps } = this.#scenario;
    const lines = files?.state_file?.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    if (lines !== undefined) await writeFile(this.#stateFile, `${lines.join('\n')}\n`);
    const settings = settingsOf({
      mode: options.mode,
      host: HOST,
      accessToken: 'ak_test',
      usage: 'off',
      retries: 0,
      // What px0 would have to be asked for is told by this.
      fetch: () => {
        this.#asked += 1;
        return Promise.reject(new Error('there is no px0'));
      },
      stateFile: this.#stateFile,
      onWarning: () => (this.#warnings += 1),
      ...(options.slugs && { slugs: options.slugs }),
      ...(options.team_id !== undefined && { teamId: options.team_id }),
      ...(options.poll_interval_ms !== undefined && { pollIntervalMs: options.poll_interval_ms }),
      ...(options.init_timeout_ms !== undefined && { initTimeoutMs: options.init_timeout_ms }),
    });
    const parts = localParts(settings, { clock: this.#clock, transport: this.#network.transport });
    const client = new PlayedClient(parts);
    client.on('change', '*', (change) => this.#changes.push(change));
    await parts.local.loaded();
    await settle();
    for (const step of steps) {
      await this.#clock.advanceTo(step.at);
      await settle();
      this.#checkPending(step.at);
      for (const { at, request } of this.#network.waiting) {
        if (at < step.at) this.#fail(step.at, `an unexpected request at ${at}: ${request.path}`);
      }
      await this.#step(client, parts, step);
      await settle();
    }
    this.#checkPending(Number.POSITIVE_INFINITY);
    for (const { at, request } of this.#network.waiting)
      this.#fail(at, `an unexpected request: ${request.path}`);
    await client.close();
  }

  async #step(client: Client, parts: ReturnType<typeof localParts>, step: ScenarioStep): Promise<void> {
    if ('connect' in step) this.#connect(step.at, step.connect, step.answer);
    else if ('frame' in step)
      await this.#send(step.at, this.#frameBytes(step.frame as Frame, step.on), step.on);
    else if ('bytes' in step)
      for (const piece of step.bytes) await this.#send(step.at, bytesOf(piece), step.on);
    else if ('cut' in step)
      this.#connection(step.on)?.body.end(step.cut === 'break' ? new Error('reset') : undefined);
    else if ('closed' in step)
      this.#same(step.at, 'closed', this.#connection(step.on)?.body.isClosed, step.closed);
    else if ('render' in step) {
      if (step.render.noted !== undefined) parts.transport.written.see(step.render.noted);
      const pending: PendingRender = { step, until: step.at + (step.takes ?? 0), outcome: undefined };
      this.#pending.push(pending);
      void this.#outcome(client, step).then((outcome) => (pending.outcome = outcome));
    } else if ('status' in step) {
      const { ageMs: age_ms, lastError: last_error, ...status } = client.status();
      this.#members(step.at, 'status', { ...status, age_ms, last_error }, step.status);
    } else if ('change' in step) {
      this.#same(step.at, 'number of changes', this.#changes.length, step.change.length);
      for (const [index, expected] of step.change.entries()) {
        const { promptId: prompt_id, teamId: team_id, ...change } = this.#changes[index] ?? {};
        this.#members(step.at, 'change', { ...change, prompt_id, team_id }, expected);
      }
      this.#changes = [];
    } else if ('warning' in step) {
      this.#same(step.at, 'warnings', this.#warnings, step.warning);
      this.#warnings = 0;
    } else if ('file' in step) {
      parts.local.keptChanged();
      await parts.local.flush();
      const lines = (await readFile(this.#stateFile, 'utf8')).trim().split('\n');
      this.#same(step.at, 'number of lines', lines.length, step.file.length);
      for (const [index, line] of step.file.entries())
        this.#members(step.at, 'line', JSON.parse(lines[index] ?? '{}'), line);
    } else if ('reconnect' in step) client.reconnect();
    else await client.close();
  }

  async #outcome(client: Client, { render }: RenderStep): Promise<Readonly<Record<string, unknown>>> {
    const { slug, variables, version, tag, team_id, missing_key, contract } = render;
    const before = this.#asked;
    try {
      const result = await client.render(slug, variables, {
        ...(version !== undefined && { version }),
        ...(tag !== undefined && { tag }),
        ...(team_id !== undefined && { teamId: team_id }),
        ...(missing_key !== undefined && { missingKey: missing_key }),
        ...(contract !== undefined && { contract }),
      });
      // Whatever it came to without px0.
      if (this.#asked > before) return { remote: true };
      const { ageMs: age_ms, promptId: prompt_id, teamId, ...rest } = result;
      return { result: { ...rest, text: result.text, age_ms, prompt_id, team_id: teamId } };
    } catch (error) {
      if (error instanceof UnreachableError) return { remote: true };
      if (!(error instanceof Error)) throw error;
      const status = error instanceof RefusedError ? error.status : undefined;
      const { missing, unknown, invalid, more } = error instanceof InvalidRequestError ? error : {};
      return {
        error: { class: error.name, status, message: error.message, missing, unknown, invalid, more },
      };
    }
  }

  #connect(
    at: number,
    expected: { readonly path: string; readonly headers?: object },
    answer: ScenarioAnswer,
  ): void {
    const waiting = this.#network.waiting.shift();
    if (waiting === undefined) {
      this.#fail(at, `no request, but ${expected.path} was expected`);
      return;
    }
    this.#connections.push(waiting);
    this.#same(at, 'time of the request', waiting.at, at);
    this.#same(at, 'path', waiting.request.path, expected.path);
    const headers = Object.entries(waiting.request.headers).filter(([name]) =>
      DELIVERY_HEADERS.includes(name),
    );
    const sent = Object.fromEntries(headers.sort());
    this.#same(at, 'headers', sent, Object.fromEntries(Object.entries(expected.headers ?? {}).sort()));
    if (answer === 'unreachable') waiting.fail();
    if (answer === 'never' || answer === 'unreachable') return;
    waiting.answer(answer.status, answer.headers ?? {});
    if (answer.body !== undefined) waiting.body.push(new TextEncoder().encode(answer.body));
    if (answer.status !== 200) waiting.body.end();
  }

  #frameBytes(frame: Frame, on: number | undefined): Uint8Array {
    const isStream = this.#connection(on)?.request.path.startsWith('/v1/delivery/stream');
    return new TextEncoder().encode(isStream ? asEvent(frame) : asLine(frame));
  }

  async #send(at: number, bytes: Uint8Array, on: number | undefined): Promise<void> {
    const connection = this.#connection(on);
    if (connection === undefined) this.#fail(at, 'there is no such connection');
    connection?.body.push(bytes);
    await settle();
  }

  #connection(on = this.#connections.length - 1): PlayedRequest | undefined {
    return this.#connections[on];
  }

  /** Renders that should have ended before now have; those that should not yet have not. */
  #checkPending(now: number): void {
    for (const { step, until, outcome } of this.#pending) {
      const { slug } = step.render;
      if (until > now && outcome !== undefined)
        this.#fail(step.at, `a render of ${slug} ended before ${until}`);
      if (until >= now) continue;
      if (outcome === undefined) this.#fail(step.at, `a render of ${slug} did not end at ${until}`);
      for (const key of ['result', 'error', 'remote'] as const) {
        const expected = step[key];
        if (typeof expected !== 'object') this.#same(step.at, `${key} of ${slug}`, outcome?.[key], expected);
        else this.#members(step.at, `${key} of ${slug}`, Object(outcome?.[key] ?? outcome), { ...expected });
      }
    }
    this.#pending = this.#pending.filter(({ until }) => until >= now);
  }

  /** Each expected member is there; others may be, too. */
  #members(at: number, what: string, actual: object, expected: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(expected)) {
      this.#same(at, `${what} ${key}`, Reflect.get(actual, key), value);
    }
  }

  #same(at: number, what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) this.#fail(at, `${what} is ${is}, not ${should}`);
  }

  #fail(at: number, what: string): void {
    this.wrong.push(`at ${at}: ${what}`);
  }
}

function bytesOf(piece: Piece): Uint8Array {
  if (typeof piece === 'string') return new TextEncoder().encode(piece);
  if ('base64' in piece) return Buffer.from(piece.base64, 'base64');
  return new TextEncoder().encode(piece.repeat.repeat(piece.times));
}

const files = readdirSync(vectors).filter((name) => name.endsWith('.json'));

describe.each(files)('a client in %s', (name) => {
  const scenarios: readonly Scenario[] = JSON.parse(readFileSync(join(vectors, name), 'utf8'));

  it.each(scenarios)('does as $id says', async (scenario) => {
    const player = new Player(scenario);
    await player.play();
    expect(player.wrong).toEqual([]);
  });
});
