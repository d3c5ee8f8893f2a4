/**
 * A small account with one live prompt, so that a new user can sign in and render immediately. It is created through the public API
 * and recorded in `sample.json`; later starts reuse it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const sampleSchema = z.object({
  email: z.string(),
  password: z.string(),
  apiKey: z.string(),
  slug: z.string(),
});

export type Sample = z.infer<typeof sampleSchema>;

const slug = 'greeting';
const template = 'Hello, {{.name}}! This text lives in px0.';
export const sampleVariables = { name: 'Ada' };

const identified = z.object({ id: z.string() });
const replies = {
  login: z.object({ token: z.string() }),
  organizations: z.object({ organizations: z.tuple([identified], identified) }),
  teams: z.object({ teams: z.tuple([identified], identified) }),
  key: z.object({ key: z.string() }),
  prompt: z.object({ prompt: identified }),
  any: z.unknown(),
};

/** The recorded sample if it still renders, or else a new one. Throws if the API refuses a step. */
export async function ensureSample(gatewayUrl: string, file: string): Promise<Sample> {
  const known = await remembered(file);
  if (known && (await renders(gatewayUrl, known))) return known;
  const sample = await create(gatewayUrl);
  if (!(await renders(gatewayUrl, sample))) throw new Error('the sample prompt does not render');
  await writeFile(file, `${JSON.stringify(sample, null, 2)}\n`, { mode: 0o600 });
  return sample;
}

async function remembered(file: string): Promise<Sample | undefined> {
  try {
    return sampleSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function renders(gatewayUrl: string, sample: Sample): Promise<boolean> {
  const response = await send(gatewayUrl, 'POST', `/v1/prompts/${sample.slug}/render`, sample.apiKey, {
    variables: sampleVariables,
  });
  await response.body?.cancel();
  return response.ok;
}

async function create(gatewayUrl: string): Promise<Sample> {
  // The suffix distinguishes it from a sample whose `sample.json` was lost.
  const email = `demo-${randomBytes(2).toString('hex')}@px0.local`;
  // The password policy requires an upper-case and a lower-case letter, a digit and another character.
  const password = `Px0-${randomBytes(9).toString('base64url')}`;
  const api = async <T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
    path: string,
    token?: string,
    body?: unknown,
  ): Promise<T> => {
    const response = await send(gatewayUrl, method, path, token, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${text}`);
    return schema.parse(text === '' ? {} : JSON.parse(text));
  };

  await api(replies.any, 'POST', '/v1/auth/register', undefined, { email, password });
  const { token } = await api(replies.login, 'POST', '/v1/auth/login', undefined, { email, password });
  const { organizations } = await api(replies.organizations, 'GET', '/v1/me/orgs', token);
  const { teams } = await api(replies.teams, 'GET', '/v1/me/teams', token);
  const { key } = await api(replies.key, 'POST', '/v1/api-keys', token, {
    name: 'Sample key',
    org_id: organizations[0].id,
    operation: 'all',
  });
  const { prompt } = await api(replies.prompt, 'POST', `/v1/teams/${teams[0].id}/prompts`, token, {
    name: 'Greeting',
    slug,
    description: 'The sample that px0 creates at its first start.',
  });
  const versions = `/v1/prompts/${prompt.id}/versions`;
  await api(replies.any, 'POST', versions, token, { template });
  // Draft to stable, then stable to live.
  await api(replies.any, 'POST', `${versions}/1/promote`, token);
  await api(replies.any, 'POST', `${versions}/1/promote`, token);
  return { email, password, apiKey: key, slug };
}

async function send(
  gatewayUrl: string,
  method: 'GET' | 'POST',
  path: string,
  token?: string,
  body?: unknown,
): Promise<Response> {
  return await fetch(`${gatewayUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
}
