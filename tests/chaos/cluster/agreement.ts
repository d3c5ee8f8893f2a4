/**
 * When everybody agrees with a promoted server: every process refuses the keys that were lost, every render process renders what the database says is
 * live, and the owners owe the stream nothing. Measured from the moment at which clients reached the promoted server.
 */
import { eventually, type TestPlatformOnClusters, withPostgres } from '@px0/testing/servers';
import { describedApi, Shape } from '@px0/testing/world';
import { renderedFrom } from '../history.ts';
import type { Course } from '../run-seed.ts';
import type { Secret } from '../workload.ts';

/** Nobody promises a time. Who has not agreed by then hangs. */
const AGREEMENT_LIMIT_MS = 90_000;
const INTERVAL_MS = 50;
const INPUT = 'agreed';

interface Condition {
  readonly name: string;
  readonly holds: () => Promise<boolean>;
}

export interface Agreement {
  /** Infinite if it never came. */
  readonly at: number;
  /** What came last. */
  readonly last: string;
}

export async function agreement(
  platform: TestPlatformOnClusters,
  course: Course,
  lost: readonly Secret[],
): Promise<Agreement> {
  const { render: renders, 'prompt-registry': registries } = platform.services;
  const [prompt] = course.stage.prompts;
  const conditions: Condition[] = [
    { name: 'nothing owed', holds: () => owesNothing(platform.postgres.primary.url) },
    ...renders.flatMap(({ url }, index) => [
      ...course.stage.prompts.map(({ id, slug }) => ({
        name: `render-${index + 1} renders what is live`,
        holds: () => rendersTheLive(platform, course, url, id, slug),
      })),
      ...lost.map(({ token }) => ({
        name: `render-${index + 1} refuses a lost key`,
        holds: () => refuses(url, 'POST', `/v1/prompts/${prompt?.slug}/render`, token),
      })),
    ]),
    ...registries.flatMap(({ url }, index) =>
      lost.map(({ token }) => ({
        name: `prompt-registry-${index + 1} refuses a lost key`,
        holds: () => refuses(url, 'GET', `/v1/prompts/${prompt?.id}`, token),
      })),
    ),
  ];
  const options = { timeoutMs: AGREEMENT_LIMIT_MS, intervalMs: INTERVAL_MS, what: 'agreement' };
  const ends = conditions.map(({ name, holds }) =>
    eventually(holds, options).then(
      () => ({ at: course.now(), last: name }),
      () => ({ at: Number.POSITIVE_INFINITY, last: name }),
    ),
  );
  return (await Promise.all(ends)).reduce((one, other) => (other.at > one.at ? other : one));
}

async function refuses(url: string, method: 'GET' | 'POST', path: string, token: string): Promise<boolean> {
  const { status } = await describedApi(url).request(method, path, {
    token,
    ...(method === 'POST' && { body: { variables: { input: INPUT } } }),
  });
  return status === 401;
}

/** What is live may change while it is asked. */
async function rendersTheLive(
  { postgres }: TestPlatformOnClusters,
  { stage }: Course,
  url: string,
  id: string,
  slug: string,
): Promise<boolean> {
  const before = await liveIn(postgres.primary.url, id);
  const { status, text } = await describedApi(url).request('POST', `/v1/prompts/${slug}/render`, {
    token: stage.key.token,
    body: { variables: { input: INPUT } },
  });
  const after = await liveIn(postgres.primary.url, id);
  const rendered = status === 200 ? new Shape(JSON.parse(text)).text('rendered') : undefined;
  return [before, after].some(
    (template) => template !== undefined && rendered === renderedFrom(template, INPUT),
  );
}

async function liveIn(database: string, prompt: string): Promise<string | undefined> {
  const [row] = await asked<{ template: string }>(
    database,
    `SELECT template FROM registry.prompt_versions WHERE prompt_id = '${prompt}' AND status = 'live'`,
  );
  return row?.template;
}

async function owesNothing(database: string): Promise<boolean> {
  const [row] = await asked<{ owed: boolean }>(
    database,
    ['identity', 'tenancy', 'registry']
      .map((schema) => `EXISTS (SELECT FROM ${schema}.outbox WHERE published_revision < revision)`)
      .join(' OR ')
      .replace(/^/, 'SELECT ')
      .concat(' AS owed'),
  );
  return row?.owed === false;
}

async function asked<Row extends object>(database: string, sql: string): Promise<readonly Row[]> {
  return (await withPostgres(database, (client) => client.query<Row>(sql))).rows;
}
