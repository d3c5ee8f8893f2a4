/** Plays the vectors of usage that all SDKs share: packages/delivery/test/vectors/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageLatencyBoundsMs } from '@px0/contracts';
import {
  type ExpectedReport,
  PlayedClock,
  type ServiceCase,
  settle,
  type Texts,
  type UsageCase,
  type UsageStep,
} from '@px0/delivery/scenarios';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { settingsOf } from '../src/options.ts';
import { partsOf } from '../src/parts.ts';
import { serviceOf } from '../src/usage/service.ts';
import { Usage } from '../src/usage/usage.ts';
import { LATENCY_BOUNDS_MS } from '../src/usage/usage-window.ts';
import { VERSION } from '../src/version.ts';

const vectors = join(import.meta.dirname, '..', '..', 'delivery', 'test', 'vectors');
const cases: readonly UsageCase[] = JSON.parse(readFileSync(join(vectors, 'usage.json'), 'utf8'));
const services: readonly ServiceCase[] = JSON.parse(readFileSync(join(vectors, 'services.json'), 'utf8'));

interface Sent {
  readonly at: number;
  readonly body: string;
  readonly answer: (status: number | undefined) => void;
}

class Player {
  readonly wrong: string[] = [];
  readonly #clock = new PlayedClock();
  readonly #usage: Usage | undefined;
  #sent: Sent[] = [];
  readonly #processes = new Set<string>();
  #warnings = 0;
  #isClosed = false;

  constructor({ options: { usage, service } }: UsageCase) {
    this.#usage =
      usage === 'off'
        ? undefined
        : new Usage({
            hasNames: usage === 'full',
            service: serviceOf(service.name, (name) =>
              name === 'OTEL_RESOURCE_ATTRIBUTES' ? `service.version=${service.version}` : undefined,
            ),
            sdk: 'px0-typescript/0',
            clock: this.#clock,
            onWarning: () => (this.#warnings += 1),
            send: (body, signal) =>
              new Promise((answer) => {
                signal.addEventListener('abort', () => answer(undefined));
                this.#sent.push({ at: this.#clock.elapsed, body, answer });
              }),
          });
  }

  async play(steps: readonly UsageStep[]): Promise<void> {
    for (const step of steps) {
      await this.#clock.advanceTo(step.at);
      await settle();
      for (const { at } of this.#sent)
        if (at < step.at) this.#fail(step.at, `an unexpected request at ${at}`);
      this.#step(step);
      await settle();
    }
    for (const { at } of this.#sent) this.#fail(at, 'an unexpected request');
  }

  #step(step: UsageStep): void {
    if ('render' in step) this.#render(step);
    else if ('request' in step) this.#request(step);
    else if ('warning' in step) {
      this.#same(step.at, 'warnings', this.#warnings, step.warning);
      this.#warnings = 0;
    } else if ('closed' in step) this.#same(step.at, 'closed', this.#isClosed, step.closed);
    else void (this.#usage?.close() ?? Promise.resolve()).then(() => (this.#isClosed = true));
  }

  #render({
    render,
    times = 1,
    from = 0,
    to = from,
  }: Extract<UsageStep, { readonly render: unknown }>): void {
    const { prompt_id, slug, version, source, failed = false, duration_ms, variables } = render;
    for (let number = from; number <= to; number += 1) {
      for (let time = 0; time < times; time += 1) {
        this.#usage?.count({
          promptId: prompt_id === null ? null : numbered(prompt_id, number),
          slug: numbered(slug, number),
          version,
          source,
          failed,
          milliseconds: duration_ms,
          variables: Object.fromEntries(textsOf(variables).map((name) => [name, 'never sent'])),
        });
      }
    }
  }

  #request({ at, request, answer }: Extract<UsageStep, { readonly request: unknown }>): void {
    const sent = this.#sent.shift();
    if (sent === undefined) {
      this.#fail(at, 'no request');
      return;
    }
    this.#same(at, 'time of the request', sent.at, at);
    if (sent.body.includes('never sent')) this.#fail(at, 'a value was sent');
    const reports: Record<string, unknown>[] = JSON.parse(sent.body).reports;
    if ('windows' in request) {
      const windows = reports.map(({ window }) => window);
      this.#same(at, 'windows', windows, request.windows);
    } else {
      for (const { process } of reports) this.#processes.add(String(process));
      const compared = reports.map(({ process: _process, sdk: _sdk, ...report }) => report);
      this.#same(at, 'reports', compared, request.reports.map(reportOf));
      this.#same(at, 'processes', this.#processes.size, 1);
    }
    if (answer !== 'never') sent.answer(answer === 'unreachable' ? undefined : answer.status);
  }

  #same(at: number, what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) this.#fail(at, `${what} is ${is?.slice(0, 3_000)}, not ${should?.slice(0, 3_000)}`);
  }

  #fail(at: number, what: string): void {
    this.wrong.push(`at ${at}: ${what}`);
  }
}

function numbered(text: string, number: number): string {
  return text.replaceAll('{n}', String(number).padStart(5, '0'));
}

function textsOf(texts: Texts): string[] {
  return texts.flatMap((one) =>
    typeof one === 'string'
      ? [one]
      : Array.from({ length: one.to - one.from + 1 }, (_, index) => numbered(one.text, one.from + index)),
  );
}

/** With the members in the order in which they are sent. */
function reportOf({ window, started_at, ended_at, service, rows }: ExpectedReport): object {
  return {
    window,
    started_at,
    ended_at,
    service,
    rows: rows.flatMap((given) => {
      const { row, from, to } = 'row' in given ? given : { row: given, from: 0, to: 0 };
      return Array.from({ length: to - from + 1 }, (_, index) => ({
        ...row,
        prompt_id: row.prompt_id === null ? null : numbered(row.prompt_id, from + index),
        slug: numbered(row.slug, from + index),
        variables: textsOf(row.variables),
      }));
    }),
  };
}

describe('usage', () => {
  it.each(cases)('is counted as $id says', async (given) => {
    const player = new Player(given);
    await player.play(given.steps);
    expect(player.wrong).toEqual([]);
  });

  it('ends a window whose names would make its report too large for px0', async () => {
    const bodies: string[] = [];
    const usage = new Usage({
      hasNames: true,
      service: { name: '', version: '' },
      sdk: 'px0-typescript/0',
      clock: new PlayedClock(),
      onWarning: () => {},
      send: (body) => {
        bodies.push(body);
        return Promise.resolve(204);
      },
    });
    const prompts = 50;
    for (let number = 0; number < prompts; number += 1) {
      const variables = Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`${'\u0001'.repeat(100)}${index}`, 1]),
      );
      usage.count({
        promptId: `p${number}`,
        slug: 's',
        version: 1,
        source: 'stream',
        failed: false,
        milliseconds: 1,
        variables,
      });
    }
    await usage.close();
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_048_576);
    const rows = bodies.flatMap((body) =>
      JSON.parse(body).reports.flatMap((report: ExpectedReport) => report.rows),
    );
    expect(new Set(rows.map(({ prompt_id }) => prompt_id)).size).toBe(prompts);
  });
});

describe('the name of the service', () => {
  it.each(services)('is as $id says', ({ option, environment, service }) => {
    expect(serviceOf(option ?? undefined, (name) => environment[name])).toEqual(service);
  });
});

it('the buckets are those of px0', () => {
  expect(LATENCY_BOUNDS_MS).toEqual(usageLatencyBoundsMs);
});

it('the version is that of the manifest', () => {
  expect(VERSION).toBe(manifest.version);
});

it('nothing is counted where nothing may be sent', () => {
  const usageIn = (options: object) => partsOf(settingsOf({ accessToken: 'ak_test', ...options })).usage;
  expect(usageIn({ usage: 'off' })).toBeUndefined();
  expect(usageIn({ mode: 'file', stateFile: 'state' })).toBeUndefined();
  expect(usageIn({})).toBeInstanceOf(Usage);
});

it.each<[string, object]>([
  ["usage must be 'full', 'counts' or 'off'", { usage: 'none' }],
  ['serviceName must be a string', { serviceName: 7 }],
])('refuses: %s', (message, options) => {
  expect(() => settingsOf({ accessToken: 'ak_test', ...options })).toThrow(message);
});
