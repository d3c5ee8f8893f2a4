/** Questions about prompts with an input contract, and what px0 itself says of them. */
import type { Key, Prompt, World } from '@px0/testing/world';
import type { Question } from './programs.ts';

const POLICIES = ['off', 'warn', 'enforce'] as const;

/** What is told of the variables `MISSPELT`. */
export const MISSPELT_PROBLEMS = {
  missing: [{ path: 'mood', given: 'moood' }],
  unknown: [{ path: 'moood', given: 'mood' }],
  invalid: [{ path: 'age', must: 'be an integer' }],
};
const MISSPELT = { name: 'Ada', moood: 'calm', age: 1.5 };

const HISTORY = [{ role: 'user', content: 'Hi' }];

/** For each policy there is a prompt of each kind. */
const KINDS = {
  text: {
    version: {
      template: '{{.name}} is {{.mood}}{{with index . "age"}} at {{.}}{{end}}',
      input_schema: {
        type: 'object',
        properties: {
          name: { maxLength: 5 },
          mood: { enum: ['calm', 'glad'] },
          age: { type: 'integer', minimum: 1 },
        },
        additionalProperties: false,
      },
    },
    variables: [
      { name: 'Ada', mood: 'calm', age: 7 },
      { name: null, mood: 'glad' },
      { name: 'Wilhelmina', mood: 'sad', age: 0 },
      { name: 'Ada', mood: 'calm', größe: 1, 日本: [1] },
      MISSPELT,
      {},
    ],
  },
  chat: {
    version: {
      messages: [
        { placeholder: 'history', required: true },
        { role: 'user', template: '{{.question}}' },
      ],
      input_schema: { properties: { question: { type: 'string', minLength: 2 } } },
    },
    variables: [
      { history: HISTORY, question: 'Why?' },
      { history: HISTORY, question: '?' },
      { history: [{ role: 1 }], question: '?' },
      { question: '?' },
    ],
  },
};

export interface Judged {
  readonly question: Question;
  readonly isMisspelt: boolean;
  /** Whether nothing that is delivered says how the variables are judged. */
  readonly isForPx0: boolean;
  /** What px0 says, as applications tell it, but for the source. */
  readonly answer: object;
}

export function setPolicy(
  world: World,
  key: Key,
  { id }: Prompt,
  contract: (typeof POLICIES)[number],
): Promise<unknown> {
  return world.make(key, 'PATCH', `/v1/prompts/${id}`, { contract });
}

/** Each policy with what a call may ask for, in this order; the prompts are made. */
export async function judgedQuestions(world: World, key: Key, team: string): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const policy of POLICIES) {
    for (const [kind, { version, variables: all }] of Object.entries(KINDS)) {
      const prompt = await world.emptyPrompt(key, team, { slug: `judged_${kind}_${policy}` });
      await world.live(key, prompt, version);
      await setPolicy(world, key, prompt, policy);
      for (const variables of all) {
        for (const contract of [undefined, 'warn', 'enforce'] as const) {
          // The fallback hides no mistake of the caller.
          const asked = { slug: prompt.slug, variables, fallback: 'Fallback' };
          const question: Question = contract === undefined ? asked : { ...asked, contract };
          judged.push({
            question,
            isMisspelt: variables === MISSPELT,
            isForPx0: policy === 'off' && contract !== undefined,
            answer: await answerOf(world, key, question),
          });
        }
      }
    }
  }
  return judged;
}

async function answerOf(world: World, key: Key, { slug, variables, contract }: Question): Promise<object> {
  const body = { variables, ...(contract !== undefined && { options: { contract } }) };
  const { status, headers, text } = await world.ask(key, 'POST', `/v1/prompts/${slug}/render`, body);
  const header = headers.get('px0-contract');
  const problems = header === null ? {} : { contract: JSON.parse(header) };
  const { rendered, messages, version, error } = JSON.parse(text);
  if (status === 422) return { error: 'invalid request', message: error, ...problems };
  return { text: rendered, ...(messages && { messages }), version, ...problems };
}

/** What an application answers that renders by this source. */
export function answerBy(source: string, { answer, isForPx0 }: Judged): object {
  return 'error' in answer ? answer : { ...answer, source: isForPx0 ? 'live' : source };
}
