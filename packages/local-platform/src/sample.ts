/**
 * A small account with two live prompts, a text and a chat, so that a new user can sign in and render immediately. It is created through the
 * public API and recorded in `sample.json`; later starts reuse it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Api, type Caller, type Content, Story } from './story/mod.ts';

const sampleSchema = z.object({
  email: z.string(),
  password: z.string(),
  apiKey: z.string(),
  slug: z.string(),
  /** Absent in samples from before there were chats. */
  chatSlug: z.string().optional(),
});

type RecordedSample = z.infer<typeof sampleSchema>;
export type Sample = RecordedSample & { readonly chatSlug: string };

interface SamplePrompt {
  readonly name: string;
  readonly slug: string;
  readonly content: Content;
  readonly variables: Readonly<Record<string, unknown>>;
}

const text: SamplePrompt = {
  name: 'Greeting',
  slug: 'greeting',
  content: 'Hello, {{.name}}! This text lives in px0.',
  variables: { name: 'Ada' },
};

const chat: SamplePrompt = {
  name: 'Tutor',
  slug: 'tutor',
  content: {
    messages: [
      { role: 'system', template: 'You are a {{.mood}} tutor.' },
      { placeholder: 'history' },
      { role: 'user', template: '{{.question}}' },
    ],
    config: { model: 'gpt-5', max_tokens: 500 },
  },
  variables: {
    mood: 'patient',
    // No apostrophe: the variables stand between single quotes in a command line.
    history: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello! What are you learning?' },
    ],
    question: 'Why is the sky blue?',
  },
};

export const sampleVariables = { text: text.variables, chat: chat.variables };

/** The recorded sample if it still renders, or else a new one. Throws if the API refuses a step. */
export async function ensureSample(gatewayUrl: string, file: string): Promise<Sample> {
  const story = new Story(new Api(gatewayUrl));
  const recorded = await remembered(file);
  const known = recorded && (await renders(story, recorded)) ? recorded : undefined;
  if (isComplete(known)) return known;
  const sample = await completed(story, known ?? (await create(story)));
  if (!(await renders(story, sample))) throw new Error('the sample prompts do not render');
  await writeFile(file, `${JSON.stringify(sample, null, 2)}\n`, { mode: 0o600 });
  return sample;
}

async function remembered(file: string): Promise<RecordedSample | undefined> {
  try {
    return sampleSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function isComplete(sample: RecordedSample | undefined): sample is Sample {
  return sample?.chatSlug !== undefined;
}

async function renders(story: Story, { slug, chatSlug, apiKey }: RecordedSample): Promise<boolean> {
  const answers = [await story.render({ token: apiKey }, { slug }, text.variables)];
  if (chatSlug !== undefined) {
    answers.push(await story.render({ token: apiKey }, { slug: chatSlug }, chat.variables));
  }
  return answers.every(({ status }) => status === 200);
}

async function create(story: Story): Promise<RecordedSample> {
  // The suffix distinguishes it from a sample whose `sample.json` was lost.
  const email = `demo-${randomBytes(2).toString('hex')}@px0.local`;
  // The password policy requires an upper-case and a lower-case letter, a digit and another character.
  const password = `Px0-${randomBytes(9).toString('base64url')}`;
  const owner = await story.owner({ email, password });
  const key = await story.key(owner, 'all', { name: 'Sample key' });
  await createPrompt(story, owner, owner.team, text);
  return { email, password, apiKey: key.token, slug: text.slug };
}

/** The sample with a chat, which one from an earlier release lacks. */
async function completed(story: Story, sample: RecordedSample): Promise<Sample> {
  const key = { token: sample.apiKey };
  const team = (await story.get(key, '/v1/me/teams')).text('teams', 0, 'id');
  // The slug may be the user's by now.
  const isTaken = (await story.ask(key, 'GET', `/v1/prompts/${chat.slug}`)).status === 200;
  const slug = isTaken ? `sample_${chat.slug}` : chat.slug;
  await createPrompt(story, key, team, { ...chat, ...(isTaken && { slug, name: `Sample ${chat.name}` }) });
  return { ...sample, chatSlug: slug };
}

async function createPrompt(story: Story, who: Caller, team: string, prompt: SamplePrompt): Promise<void> {
  const { name, slug, content } = prompt;
  const description = 'A sample that px0 creates at its first start.';
  const created = await story.emptyPrompt(who, team, { name, slug, description });
  await story.live(who, created, content);
}
