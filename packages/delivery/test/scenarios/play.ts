/** Plays a scenario against the client of this package, and says what was not as expected. */
import { compileJudge, type InputSchema } from '@px0/input-contract';
import { ChatVariablesError, compileProgram, TemplateExecutionError } from '@px0/template';
import {
  asEvent,
  asLine,
  type Change,
  type ClientState,
  type CompleteVersion,
  DeliveryClient,
  type Frame,
  readStateFile,
  stateFileLines,
} from '../../src/mod.ts';
import { PlayedClock, PlayedNetwork, type PlayedRequest, settle } from './played.ts';
import type { Piece, Scenario, ScenarioAnswer, ScenarioStep } from './scenario.ts';

const HOST = 'https://px0.example.com';
const DELIVERY_HEADERS = ['last-event-id', 'if-none-match', 'px0-min-revision', 'px0-consistency'];

type RenderStep = Extract<ScenarioStep, { readonly render: unknown }>;

interface PendingRender {
  readonly step: RenderStep;
  readonly until: number;
  outcome: Readonly<Record<string, unknown>> | undefined;
}

/** What went wrong; none if all is as expected. */
export async function play(scenario: Scenario): Promise<readonly string[]> {
  const player = new Player(scenario);
  try {
    await player.play();
  } catch (error) {
    player.wrong.push(String(error));
  }
  return player.wrong.map((one) => `${scenario.id}: ${one}`);
}

class Player {
  readonly wrong: string[] = [];
  readonly #scenario: Scenario;
  readonly #clock = new PlayedClock();
  readonly #network = new PlayedNetwork(this.#clock);
  readonly #client: DeliveryClient;
  readonly #connections: PlayedRequest[] = [];
  readonly #states: ClientState[] = [];
  #changes: Change[] = [];
  #warnings = 0;
  #pending: PendingRender[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { mode, slugs, team_id, poll_interval_ms, init_timeout_ms } = scenario.options;
    this.#client = new DeliveryClient({
      mode,
      transport: this.#network.transport,
      clock: this.#clock,
      slugs,
      teamId: team_id,
      ...(poll_interval_ms !== undefined && { pollIntervalMs: poll_interval_ms }),
      ...(init_timeout_ms !== undefined && { initTimeoutMs: init_timeout_ms }),
      onWarning: () => (this.#warnings += 1),
      onState: (state) => this.#states.push(state),
    });
    this.#client.onChange('*', (change) => this.#changes.push(change));
  }

  async play(): Promise<void> {
    const lines = this.#scenario.files?.state_file?.map((line) =>
      typeof line === 'string' ? line : JSON.stringify(line),
    );
    if (lines !== undefined) {
      const file = readStateFile(lines, { host: HOST, slugs: this.#scenario.options.slugs });
      if (typeof file === 'string') this.#warnings += 1;
      else this.#client.load(file.replica, 'snapshot', file.savedAt);
    }
    this.#client.start();
    await settle();
    for (const step of this.#scenario.steps) {
      await this.#clock.advanceTo(step.at);
      await settle();
      this.#checkPending(step.at);
      for (const { at, request } of this.#network.waiting) {
        if (at < step.at) this.#fail(step.at, `an unexpected request at ${at}: ${request.path}`);
      }
      await this.#step(step);
      await settle();
    }
    this.#checkPending(Number.POSITIVE_INFINITY);
    for (const { at, request } of this.#network.waiting)
      this.#fail(at, `an unexpected request: ${request.path}`);
    this.#client.close();
    await settle();
  }

  async #step(step: ScenarioStep): Promise<void> {
    if ('connect' in step) this.#connect(step.at, step.connect, step.answer);
    else if ('frame' in step) this.#sendFrame(step.at, step.frame as Frame, step.on);
    else if ('bytes' in step)
      for (const piece of step.bytes) await this.#send(step.at, bytesOf(piece), step.on);
    else if ('cut' in step)
      this.#connection(step.on)?.body.end(step.cut === 'break' ? new Error('reset') : undefined);
    else if ('closed' in step)
      this.#same(step.at, 'closed', this.#connection(step.on)?.body.isClosed, step.closed);
    else if ('render' in step) this.#render(step);
    else if ('status' in step) this.#members(step.at, 'status', statusOf(this.#client), step.status);
    else if ('change' in step) {
      this.#same(step.at, 'number of changes', this.#changes.length, step.change.length);
      step.change.forEach((expected, index) => {
        const { promptId: prompt_id, teamId: team_id, ...change } = this.#changes[index] ?? {};
        this.#members(step.at, 'change', { ...change, prompt_id, team_id }, expected);
      });
      this.#changes = [];
    } else if ('warning' in step) {
      this.#same(step.at, 'warnings', this.#warnings, step.warning);
      this.#warnings = 0;
    } else if ('file' in step) this.#file(step.at, step.file);
    else if ('reconnect' in step) this.#client.reconnect();
    else this.#client.close();
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
    this.#same(
      at,
      'headers',
      Object.fromEntries(headers.sort()),
      Object.fromEntries(Object.entries(expected.headers ?? {}).sort()),
    );
    if (answer === 'never') return;
    if (answer === 'unreachable') {
      waiting.fail();
      return;
    }
    const { status, headers: given = {}, body } = answer;
    waiting.answer(status, given);
    if (body !== undefined) waiting.body.push(new TextEncoder().encode(body));
    if (status !== 200) waiting.body.end();
  }

  #sendFrame(at: number, frame: Frame, on: number | undefined): void {
    const connection = this.#connection(on);
    const isStream = connection?.request.path.startsWith('/v1/delivery/stream');
    void this.#send(at, new TextEncoder().encode(isStream ? asEvent(frame) : asLine(frame)), on);
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

  #render(step: RenderStep): void {
    const pending: PendingRender = { step, until: step.at + (step.takes ?? 0), outcome: undefined };
    this.#pending.push(pending);
    void this.#rendered(step).then((outcome) => (pending.outcome = outcome));
  }

  async #rendered({ render }: RenderStep): Promise<Readonly<Record<string, unknown>>> {
    await this.#client.initialized();
    if (render.noted !== undefined) await this.#client.reaches(render.noted, 50);
    const ref = render.version === undefined ? render.tag : String(render.version);
    const isLate = render.noted !== undefined && !(await this.#client.reaches(render.noted, 0));
    const teamId = render.team_id ?? this.#scenario.options.team_id;
    const location = this.#client.locate({ slug: render.slug, teamId, ref });
    switch (location.kind) {
      case 'closed':
        return { error: { class: 'UsageError' } };
      case 'refused': {
        const { status, error } = location.refusal;
        return {
          error: { class: status === 403 ? 'ForbiddenError' : 'UnauthorizedError', status, message: error },
        };
      }
      case 'gone':
        return isLate
          ? { remote: true }
          : { error: { class: 'NotFoundError', status: 404, message: location.error } };
      case 'elsewhere':
        return { remote: true };
      case 'held': {
        if (isLate) return { remote: true };
        const { prompt, version } = location;
        const { source, revision, ageMs, stale } = this.#client.evidence;
        try {
          const policy = policyOf(prompt.prompt.contract, render.contract);
          if (policy !== undefined && (policy === 'unknown' || version.schema === undefined))
            return { remote: true };
          const { text, contract } = ran(version, render, policy);
          const evidence = { source, revision, age_ms: ageMs, stale };
          return {
            result: {
              text,
              contract,
              version: version.version,
              prompt_id: prompt.id,
              team_id: prompt.teamId,
              ...evidence,
            },
          };
        } catch (error) {
          return { error: { class: 'InvalidRequestError', status: 422, ...refusalOf(error) } };
        }
      }
    }
  }

  /** Renders that should have ended before now have; those that should not yet have not. */
  #checkPending(now: number): void {
    for (const { step, until, outcome } of this.#pending) {
      if (until > now && outcome !== undefined)
        this.#fail(step.at, `a render of ${step.render.slug} ended before ${until}`);
      if (until >= now) continue;
      const { slug } = step.render;
      if (outcome === undefined) this.#fail(step.at, `a render of ${slug} did not end at ${until}`);
      else {
        for (const key of ['result', 'error', 'remote'] as const) {
          const expected = step[key];
          if (expected === undefined || typeof expected === 'boolean')
            this.#same(step.at, `${key} of ${slug}`, outcome[key], expected);
          else this.#members(step.at, `${key} of ${slug}`, Object(outcome[key] ?? outcome), Object(expected));
        }
      }
    }
    this.#pending = this.#pending.filter(({ until }) => until >= now);
  }

  #file(at: number, expected: readonly Readonly<Record<string, unknown>>[]): void {
    const { evidence, replica } = this.#client;
    const savedAt = this.#clock.now() - (evidence.ageMs ?? 0);
    const owner = { host: HOST, slugs: this.#scenario.options.slugs, savedAt };
    const lines = [...stateFileLines(replica, owner)].map(
      (line): Record<string, unknown> => JSON.parse(line),
    );
    this.#same(at, 'number of lines', lines.length, expected.length);
    for (const [index, line] of expected.entries()) this.#members(at, 'line', lines[index] ?? {}, line);
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

/** An enforced contract is violated, or the template has failed with what a contract warns of. */
class Violated extends Error {
  readonly problems: object;

  constructor(message: string, problems: object) {
    super(message);
    this.problems = problems;
  }
}

type Policy = 'warn' | 'enforce' | 'unknown';

function policyOf(ofPrompt: string | undefined, ofCall: 'warn' | 'enforce' | undefined): Policy | undefined {
  if (ofPrompt !== undefined && ofPrompt !== 'warn' && ofPrompt !== 'enforce') return 'unknown';
  return ofPrompt === 'enforce' ? ofPrompt : (ofCall ?? ofPrompt);
}

/** @throws ChatVariablesError, Violated, TemplateExecutionError */
function ran(
  version: CompleteVersion,
  { variables = {}, missing_key: missingKey = 'error' }: RenderStep['render'],
  policy: Policy | undefined,
): { readonly text: string; readonly contract: object | null } {
  const program = compileProgram(version);
  program.checkPlaceholders(variables);
  const schema = version.schema as InputSchema | undefined;
  const judge = policy === undefined || schema === undefined ? undefined : compileJudge(schema);
  const violation = judge?.(variables, missingKey);
  if (violation === undefined) return { text: program.render(variables, { missingKey }), contract: null };
  if (policy === 'enforce') throw new Violated(`invalid variables: ${violation.detail}`, violation.problems);
  try {
    return { text: program.render(variables, { missingKey }), contract: violation.problems };
  } catch (error) {
    throw new Violated(refusalOf(error).message, violation.problems);
  }
}

function refusalOf(error: unknown): { readonly message: string } {
  const none = { missing: [], unknown: [], invalid: [], more: 0 };
  if (error instanceof TemplateExecutionError) {
    return { ...none, message: `template execution failed: ${error.message}` };
  }
  if (error instanceof ChatVariablesError) return { ...none, message: `invalid variables: ${error.message}` };
  if (!(error instanceof Violated)) throw error;
  return { ...none, message: error.message, ...error.problems };
}

function statusOf(client: DeliveryClient): object {
  const { ageMs, lastError: last_error, ...status } = client.status;
  return { ...status, age_ms: ageMs, last_error };
}

function bytesOf(piece: Piece): Uint8Array {
  if (typeof piece === 'string') return new TextEncoder().encode(piece);
  if ('base64' in piece) return Buffer.from(piece.base64, 'base64');
  return new TextEncoder().encode(piece.repeat.repeat(piece.times));
}
