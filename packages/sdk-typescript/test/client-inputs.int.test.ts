/** Runs the table of mistaken inputs that all clients share (packages/contracts/README.md) against this client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type RouteDefinition, routes } from '@px0/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '../src/api.ts';
import {
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  Px0,
  type Px0Options,
  UnauthorizedError,
  UnreachableError,
  UsageError,
} from '../src/mod.ts';
import { PlayedPx0, type Reply } from './played-px0.ts';

interface Row {
  readonly value: unknown;
  readonly outcome: string;
  readonly not_in?: readonly string[];
}

interface Table {
  readonly settings: readonly (Row & { setting: string; secret?: string; sent?: string })[];
  readonly references: readonly (Row & { reference: string; path: string; query?: Record<string, string> })[];
  readonly variables: readonly Row[];
  readonly segments: readonly (Row & { value: string; as: string })[];
  readonly queries: readonly { operation: string; parameter: string; value: string }[];
  readonly answers: readonly {
    status: number;
    px0: boolean;
    stale?: boolean;
    body: string;
    outcome: string;
  }[];
}

const file = join(import.meta.dirname, '..', '..', 'contracts', 'client-inputs.json');
const table: Table = JSON.parse(readFileSync(file, 'utf8'));

function rowsOf<T extends Row>(rows: readonly T[], outcome: string): [string, T][] {
  const here = rows.filter((row) => row.outcome === outcome && !row.not_in?.includes('typescript'));
  return here.map((row) => [JSON.stringify(row.value), row]);
}

let px0Server: PlayedPx0;

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await px0Server.close();
});

function settings(options: object = {}): Px0Options {
  return {
    host: px0Server.host,
    accessToken: 'ak_test',
    retries: 0,
    timeoutMs: 30_000,
    attemptTimeoutMs: 30_000,
    ...options,
  };
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    return void (await call());
  } catch (error) {
    return error;
  }
}

/** How an option is called here, and what its messages call it. */
const optionNames: Readonly<Record<string, { option: string; called: RegExp; environment?: string }>> = {
  access_token: { option: 'accessToken', called: /access token/, environment: 'PX0_ACCESS_TOKEN' },
  host: { option: 'host', called: /host/, environment: 'PX0_HOST' },
  team_id: { option: 'teamId', called: /team/ },
  timeout: { option: 'timeoutMs', called: /timeoutMs/ },
  attempt_timeout: { option: 'attemptTimeoutMs', called: /attemptTimeoutMs/ },
  retries: { option: 'retries', called: /retries/ },
  fresh: { option: 'freshMs', called: /freshMs/ },
  max_entries: { option: 'maxEntries', called: /maxEntries/ },
  fallback: { option: 'fallbacks', called: /fallback/ },
};

const namedNumbers: Readonly<Record<string, unknown>> = {
  zero: 0,
  negative: -1,
  'not a number': Number.NaN,
  text: '5',
  'one and a half': 1.5,
  'a hundred years': 100 * 365 * 24 * 3_600_000,
};

function settingOf({ setting, value }: Table['settings'][number]) {
  const names = optionNames[setting];
  if (names === undefined) throw new Error(`this test does not know the setting ${setting}`);
  const isText = names.environment !== undefined || setting === 'team_id' || setting === 'fallback';
  const text = setting === 'fallback' ? { [String(value)]: 'Hi' } : value;
  const given = { [names.option]: isText ? text : namedNumbers[String(value)] };
  const isOfCache = setting === 'fresh' || setting === 'max_entries';
  return {
    ...names,
    isOfApi: !isOfCache && setting !== 'team_id' && setting !== 'fallback',
    given: isOfCache ? { cache: given } : given,
  };
}

describe('a setting with which no client can work', () => {
  const refused = rowsOf(table.settings, 'refused').map(([value, row]) => [row.setting, value, row] as const);

  it.each(refused)('is refused when a client is made: %s %s', async (_setting, value, row) => {
    const { called, environment, isOfApi, given } = settingOf(row);
    const attempts = [() => new Px0(settings(given))];
    if (isOfApi) attempts.push(() => void api.apiConfiguration(settings(given)) as never);
    // An empty variable counts as not set, and no variable can hold NUL.
    if (
      environment !== undefined &&
      typeof row.value === 'string' &&
      row.value !== '' &&
      !value.includes('\\u0000')
    ) {
      vi.stubEnv(environment, row.value);
      const absent = Object.fromEntries(Object.keys(given).map((name) => [name, undefined]));
      attempts.push(() => new Px0(settings(absent)));
    }
    for (const [index, attempt] of attempts.entries()) {
      const error = await errorOf(attempt);
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toMatch(called);
      if (index === 2 && environment !== undefined) expect(String(error)).toContain(environment);
      if (row.secret !== undefined) expect(inspect(error, { depth: null })).not.toContain(row.secret);
    }
  });
});

describe('a setting that looks strange, but works', () => {
  const working = rowsOf(table.settings, 'works').map(([value, row]) => [row.setting, value, row] as const);

  it.each(working)('makes a client that renders: %s %s', async (_setting, _value, row) => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      urls.push(String(url));
      return globalThis.fetch(
        String(url).replace(row.sent ?? '', row.sent === undefined ? '' : px0Server.host),
        init,
      );
    };
    const client = new Px0({ ...settings({ fetch, cache: false }), ...settingOf(row).given });
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
    expect(urls[0]).toMatch(new RegExp(`/v1/prompts/greeting/render(\\?team_id=${String(row.value)})?$`));
    if (row.sent !== undefined) expect(urls).toEqual([`${row.sent}/v1/prompts/greeting/render`]);
  });
});

describe('a reference', () => {
  const options: Readonly<Record<string, string>> = {
    tag: 'tag',
    version: 'version',
    team_id: 'teamId',
    missing_key: 'missingKey',
  };

  function render({ reference, value }: Table['references'][number]): Promise<unknown> {
    const client = new Px0(settings({ cache: false }));
    if (reference === 'slug') return client.render(value as string, { name: 'Ada' }, { fallback: 'Hi' });
    const option = options[reference];
    if (option === undefined) throw new Error(`this test does not know the reference ${reference}`);
    return client.render('greeting', { name: 'Ada' }, { fallback: 'Hi', [option]: value });
  }

  const refused = rowsOf(table.references, 'refused').map(
    ([value, row]) => [row.reference, value, row] as const,
  );
  const sent = rowsOf(table.references, 'sent').map(([value, row]) => [row.reference, value, row] as const);

  it.each(refused)(
    'that would be read as another is refused before anything is sent: %s %s',
    async (_r, _v, row) => {
      await expect(render(row)).rejects.toThrow(UsageError);
      expect(px0Server.seen).toEqual([]);
    },
  );

  it.each(sent)('reaches px0 as it was given: %s %s', async (_reference, _value, row) => {
    await errorOf(() => render(row));
    const [path, query = ''] = px0Server.seen[0]?.path.split('?') ?? [];
    expect(path).toBe(row.path);
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual(row.query ?? {});
  });
});

describe('a variable', () => {
  const cyclic: unknown[] = [];
  cyclic.push({ back: cyclic });
  let deep: unknown = 1;
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  const named: Readonly<Record<string, unknown>> = {
    'not a number': Number.NaN,
    infinity: Number.POSITIVE_INFINITY,
    'negative infinity': Number.NEGATIVE_INFINITY,
    'not a number in a list': [1, Number.NaN],
    'not a number in an object': { price: Number.NaN },
    'a number beyond the range of floats': 10n ** 400n,
    'a value that holds itself': cyclic,
    'a hundred thousand nested lists': deep,
    'a function': () => 'text',
    'a set': new Set([1]),
    bytes: Buffer.from('text'),
    'an object of the language without a JSON form': new Map([['a', 1]]),
    'a task that was not awaited': Promise.resolve('text'),
    'a key that is no text': { [Symbol('key')]: 1 },
    'a large whole number within the range of floats': 2 ** 60,
    null: null,
    'a nested object': { user: { name: 'Ada', tags: ['a'] } },
  };
  const namedValue = (name: unknown) => {
    if (typeof name !== 'string' || !(name in named))
      throw new Error(`this test does not know ${String(name)}`);
    return named[name];
  };

  it.each(rowsOf(table.variables, 'refused'))(
    'that JSON does not have is refused: %s',
    async (_name, { value }) => {
      const variables = { name: namedValue(value) };
      const client = new Px0(settings({ fallbacks: { greeting: 'Hi {{.name}}' } }));
      await expect(client.render('greeting', variables)).rejects.toThrow(/variables\.name/);
      await expect(client.render('greeting', variables)).rejects.toThrow(UsageError);
      const renders = new api.PromptRendersApi(api.apiConfiguration(settings()));
      await expect(renders.renderLive('greeting', { variables })).rejects.toThrow(UsageError);
      expect(px0Server.seen).toEqual([]);
    },
  );

  it.each(rowsOf(table.variables, 'sent'))('that JSON has is sent: %s', async (_name, { value }) => {
    const variables = { name: namedValue(value) };
    await new Px0(settings({ cache: false })).render('greeting', variables);
    expect(JSON.parse(px0Server.seen[0]?.body ?? '').variables).toEqual(variables);
  });
});

type Operation = (parameters: object) => Promise<unknown>;

/** Every operation of the generated client, by its id. */
function operationsOf(configuration: api.Configuration): ReadonlyMap<string, Operation> {
  const classes = Object.values(api).filter(
    (value): value is typeof api.PromptsApi =>
      typeof value === 'function' && value.prototype instanceof api.BaseAPI,
  );
  return new Map(
    classes.flatMap((Class) => {
      const instance = new Class(configuration);
      const raw = Object.getOwnPropertyNames(Class.prototype).filter((name) => name.endsWith('Raw'));
      return raw.map((name): [string, Operation] => [
        name.slice(0, -'Raw'.length),
        (parameters) => Reflect.apply(Reflect.get(instance, name), instance, [parameters]),
      ]);
    }),
  );
}

/** Parameters of a call: those given, and an empty body where one is needed. */
function parametersOf(given: Readonly<Record<string, unknown>>): object {
  return new Proxy(given, {
    get: (target, name) => Reflect.get(target, name) ?? (String(name).endsWith('Request') ? {} : undefined),
  });
}

const byOperation: readonly [string, RouteDefinition, readonly string[]][] = Object.entries<RouteDefinition>(
  routes,
)
  // Of frames, the generated clients know nothing.
  .filter(([, route]) => route.success.media === undefined)
  .map(([id, route]) => [id, route, [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)]);

describe('the generated client', () => {
  it('has every operation of the API', () => {
    const operations = operationsOf(api.apiConfiguration(settings()));
    expect([...operations.keys()].toSorted()).toEqual(byOperation.map(([id]) => id).toSorted());
  });

  const withSegments = byOperation.filter(([, , parameters]) => parameters.length > 0);

  it.each(withSegments)(
    '%s sends its path parameters as they are, or not at all',
    async (id, route, parameters) => {
      const operation = operationsOf(api.apiConfiguration(settings())).get(id);
      const others = Object.fromEntries(parameters.map((name) => [name, 'other']));
      for (const parameter of parameters) {
        for (const { value, outcome, as } of table.segments) {
          px0Server.seen.length = 0;
          const error = await errorOf(() => operation?.(parametersOf({ ...others, [parameter]: value })));
          if (outcome === 'refused') {
            expect(String(error)).toMatch(new RegExp(`^UsageError: ${parameter} must not be`));
            expect(px0Server.seen).toEqual([]);
          } else {
            const path = route.path.replace(/\{(\w+)\}/g, (_, name) => (name === parameter ? as : 'other'));
            expect(px0Server.seen.map((request) => [request.method, request.path])).toEqual([
              [route.method, path],
            ]);
          }
        }
      }
    },
  );

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['an object', { a: 1 }],
    ['a list', ['a', 'b']],
    ['a function', () => 'a'],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
  ])('sends no query parameter of another type: %s', async (_name, value) => {
    const prompts = new api.PromptVersionsApi(api.apiConfiguration(settings()));
    await expect(prompts.listVersions('a', value as never)).rejects.toThrow(
      /^a query parameter \(status\) must be/,
    );
    await expect(prompts.listVersions('a', 'live', 'b', value as never)).rejects.toThrow(UsageError);
    expect(px0Server.seen).toEqual([]);
  });

  it.each(table.queries)(
    '$operation sends $parameter $value as it is',
    async ({ operation, parameter, value }) => {
      const call = operationsOf(api.apiConfiguration(settings())).get(operation);
      await errorOf(() => call?.(parametersOf({ id: 'greeting', [parameter]: value })));
      const query = px0Server.seen[0]?.path.split('?')[1] ?? '';
      expect([...new URLSearchParams(query)]).toEqual([[parameter, value]]);
    },
  );
});

describe('an answer', () => {
  const errors: Readonly<Record<string, new (...given: never[]) => Error>> = {
    unreachable: UnreachableError,
    'invalid request': InvalidRequestError,
    unauthorized: UnauthorizedError,
    forbidden: ForbiddenError,
    'not found': NotFoundError,
  };
  const rows = table.answers.map((row) => {
    const reply: Reply = {
      status: row.status,
      body: row.body,
      isForeign: !row.px0,
      headers: row.stale ? { 'px0-stale': 'true' } : {},
    };
    const by = `${row.px0 ? 'px0' : 'something else'}${row.stale ? ' that may be behind' : ''}`;
    return [row.status, row.body, by, row.outcome, reply] as const;
  });

  it.each(rows)('%i %s of %s means: %s', async (_status, _body, _by, outcome, reply) => {
    const client = new Px0(settings({ fallbacks: { other: 'Hi' } }));
    await client.render('greeting', { name: 'Ada' });
    await client.close();
    px0Server.fault = reply;
    const generated = new api.PromptRendersApi(api.apiConfiguration(settings()));
    const raised = await errorOf(() => generated.renderLive('greeting', { variables: {} }));
    const live = await errorOf(() => client.render('other'));
    if (outcome === 'live') {
      expect([raised, live]).toEqual([undefined, undefined]);
      return;
    }
    // The generated client looks whether the fields of an answer are there, not what they hold.
    const hasFields = reply.status === 200 && String(reply.body).startsWith('{"rendered":');
    if (!hasFields) expect(raised).toBeInstanceOf(errors[outcome]);
    if (outcome === 'unreachable') {
      expect(live).toBeUndefined();
      await expect(client.render('greeting', { name: 'Grace' })).resolves.toMatchObject({
        text: 'Hello Grace',
      });
      await expect(client.render('third')).rejects.toThrow(UnreachableError);
    } else {
      expect(live).toBeInstanceOf(errors[outcome]);
    }
  });
});
