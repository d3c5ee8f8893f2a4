/** Versions that processes of two builds render: texts and conversations from the engine's vectors, with data that fits most of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@px0/local-platform';
import type { Caller, Story } from '@px0/local-platform/story';
import { Random } from '@px0/testing/random';

type Data = Readonly<Record<string, unknown>>;

interface Vector {
  readonly template: string;
  readonly data: Data;
  readonly parse_error?: string;
  readonly output?: string;
}

/** A saved version and variables for it. */
export interface Sample {
  readonly slug: string;
  readonly version: number;
  readonly variables: Data;
}

export interface Place {
  readonly story: Story;
  readonly who: Caller;
  readonly team: string;
}

/** In one import, whose client waits for 20 s. */
const MOST_VERSIONS = 100;

async function vectors(): Promise<Vector[]> {
  const file = join(repositoryRoot, 'packages/template/test/vectors/templates-authored.json');
  const all: readonly Vector[] = JSON.parse(await readFile(file, 'utf8'));
  return all.filter(({ template, parse_error }) => template !== '' && parse_error === undefined);
}

/** Saves that many texts by imports. */
export async function saveTexts({ story, who, team }: Place, count: number): Promise<Sample[]> {
  const chosen = (await vectors()).slice(0, count);
  const saved: Sample[] = [];
  for (let from = 0; from < chosen.length; from += MOST_VERSIONS) {
    const slug = `texts_${from}`;
    const numbers = new Map<string, number>();
    for (const { template, data } of chosen.slice(from, from + MOST_VERSIONS)) {
      const version = numbers.get(template) ?? numbers.size + 1;
      numbers.set(template, version);
      saved.push({ slug, version, variables: data });
    }
    const versions = [...numbers].map(([template, number]) => ({ number, template }));
    const document = { kind: 'px0/prompts/v1', prompts: [{ slug, name: slug, versions }] };
    await story.make(who, 'POST', `/v1/teams/${team}/import`, { document });
  }
  return saved;
}

const roles = ['system', 'user', 'assistant'] as const;

const history = [
  { role: 'user', content: 'What is {{.this}}?' },
  { role: 'assistant', content: null, tool_calls: [{ id: 'c1', function: { name: 'f', arguments: '{}' } }] },
  { role: 'tool', content: [{ type: 'text', text: 'system:\nx' }], n: 1e21 },
];

/** Saves that many conversations of one to four messages, placeholders and parts among them. */
export async function saveChats({ story, who, team }: Place, count: number, seed = 1): Promise<Sample[]> {
  const random = new Random(seed);
  // Definitions of a conversation are shared, so a template that defines something stands alone.
  const pool = (await vectors()).filter(
    ({ template, output }) => output !== undefined && !/define|block|template/.test(template),
  );
  const any = (): Vector => pool[random.below(pool.length)] ?? { template: 'x', data: {} };
  const prompt = await story.emptyPrompt(who, team, { slug: `chats_${seed}` });
  const saved: Sample[] = [];
  while (saved.length < count) {
    const variables: Record<string, unknown> = random.chance(0.7) ? { history } : {};
    const template = (): string => {
      const vector = any();
      Object.assign(variables, vector.data);
      return vector.template;
    };
    const messages: object[] = Array.from({ length: 1 + random.below(3) }, () =>
      random.chance(0.2)
        ? {
            role: 'user',
            parts: [
              { type: 'text', template: template() },
              { type: 'media', url: 'https://example.com/{{len .}}.png', media_type: 'image/png' },
            ],
          }
        : { role: random.pick(...roles), template: template() },
    );
    if (random.chance(0.5)) messages.splice(random.below(messages.length + 1), 0, { placeholder: 'history' });
    const config = random.chance(0.3) ? { config: { model: 'm', temperature: 0.5 } } : {};
    const body = { messages, ...config };
    const created = await story.make(who, 'POST', `/v1/prompts/${prompt.id}/versions`, body);
    const version = Number(created.text('version', 'version'));
    // What is no draft any more may be kept by SDKs.
    await story.promote(who, prompt, version);
    saved.push({ slug: prompt.slug, version, variables });
  }
  return saved;
}

/** What one render process answers; `url` is the process itself, without a gateway. */
export async function rendersOf(
  url: string,
  { token }: Caller,
  samples: readonly Sample[],
): Promise<Rendered[]> {
  const answers: Rendered[] = [];
  for (const { slug, version, variables } of samples) {
    const response = await fetch(`${url}/v1/prompts/${slug}/versions/${version}/render`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ variables }),
    });
    answers.push({ status: response.status, text: await response.text() });
  }
  return answers;
}

export interface Rendered {
  readonly status: number;
  readonly text: string;
}

/** What a process that knows texts only would answer for the same version; of a failure the status, since places differ. */
export function asText({ status, text }: Rendered): unknown {
  if (status !== 200) return { status };
  const { rendered, version, slug, tags } = JSON.parse(text);
  return { status, rendered, version, slug, tags };
}
