/**
 * A small account with one live prompt, so that a new user can sign in and render immediately. It is created through the public API
 * and recorded in `sample.json`; later starts reuse it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Api, Story } from './story/mod.ts';

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

async function renders(gatewayUrl: string, { slug, apiKey }: Sample): Promise<boolean> {
  const answer = await new Story(new Api(gatewayUrl)).render({ token: apiKey }, { slug }, sampleVariables);
  return answer.status === 200;
}

async function create(gatewayUrl: string): Promise<Sample> {
  // The suffix distinguishes it from a sample whose `sample.json` was lost.
  const email = `demo-${randomBytes(2).toString('hex')}@px0.local`;
  // The password policy requires an upper-case and a lower-case letter, a digit and another character.
  const password = `Px0-${randomBytes(9).toString('base64url')}`;
  const story = new Story(new Api(gatewayUrl));
  const owner = await story.owner({ email, password });
  const key = await story.key(owner, 'all', { name: 'Sample key' });
  const prompt = await story.emptyPrompt(owner, owner.team, {
    name: 'Greeting',
    slug,
    description: 'The sample that px0 creates at its first start.',
  });
  await story.live(owner, prompt, template);
  return { email, password, apiKey: key.token, slug };
}
