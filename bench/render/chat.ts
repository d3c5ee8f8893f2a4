/**
 * A chat of three messages against a text that renders to the chat's transcript, without the transcript and with it, in one process. Both
 * sides of a pair get the same request: the SDKs ask for no transcript before they know what a prompt is.
 */
import { randomUUID } from 'node:crypto';
import { type ChatEntry, linkChat } from '@px0/template';
import { measuredLoad } from '../lib/measured-load.ts';
import { alternatingPairs } from '../lib/pairs.ts';
import { World } from '../lib/world.ts';

const MESSAGES = [
  {
    role: 'system',
    template:
      'You help the guests of a hotel in {{.place}}. Answer in two sentences at most, name no prices, and send whoever asks for a person to the front desk.',
  },
  { role: 'assistant', template: 'Welcome, {{.name}}! What may I do for you today?' },
  { role: 'user', template: 'My name is {{.name}}. When is breakfast, and may I bring my dog along?' },
] as const satisfies readonly ChatEntry[];
const TEXT = MESSAGES.map(({ role, template }) => `${role}:\n${template}\n\n`).join('');

const VARIABLES = { name: 'Ada', place: 'London' };

export async function chat({ pairs = 32, seconds = 2 } = {}) {
  const world = await World.create(1);
  await world.publishPrompt(randomUUID(), 'text', 1, TEXT);
  // As events carry it.
  await world.publishPrompt(randomUUID(), 'chat', 1, JSON.parse(JSON.stringify(linkChat(MESSAGES))));
  const { render } = await world.startRender();
  const side = (name: string, slug: string, options?: { readonly transcript: boolean }) => ({
    name,
    run: (seconds: number) =>
      measuredLoad(render, world.key, seconds, {
        slug,
        body: JSON.stringify({ variables: VARIABLES, options }),
      }),
  });
  const against = (name: string, options?: { readonly transcript: boolean }) =>
    alternatingPairs(side('text', 'text', options), side(name, 'chat', options), { pairs, seconds });
  try {
    const short = await against('chat', { transcript: false });
    const whole = await against('chat with transcript');
    return {
      title: `Live render of a chat of three messages and of a text of the same ${TEXT.length} characters, ${short.method}`,
      rows: [...short.rows, ...whole.rows],
      summary: `${short.summary}; ${whole.summary}`,
    };
  } finally {
    await render.stop();
    await world.close();
  }
}
