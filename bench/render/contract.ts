/**
 * A prompt whose contract is `enforce` against the same prompt with `off`, in one process: two variables, and a list of ten elements of three
 * keys. Both sides of a pair get the same request, whose variables are right, as nearly all are.
 */
import { randomUUID } from 'node:crypto';
import type { InputSchema } from '@px0/input-contract';
import { measuredLoad } from '../lib/measured-load.ts';
import { alternatingPairs } from '../lib/pairs.ts';
import { World } from '../lib/world.ts';

interface Judged {
  readonly slug: string;
  readonly template: string;
  readonly schema: InputSchema;
  readonly variables: object;
}

const TEXT: InputSchema = { type: 'string' };

const TWO_VARIABLES: Judged = {
  slug: 'two',
  template: 'Hello {{.name}}, welcome to {{.place}}!',
  schema: { type: 'object', properties: { name: TEXT, place: TEXT }, required: ['name', 'place'] },
  variables: { name: 'Ada', place: 'London' },
};

const TEN_ELEMENTS: Judged = {
  slug: 'ten',
  template: 'Answer from these:\n{{range .notes}}- {{.title}} ({{.source}}): {{.text}}\n{{end}}',
  schema: {
    type: 'object',
    properties: {
      notes: {
        type: 'array',
        items: {
          type: 'object',
          properties: { title: TEXT, source: TEXT, text: TEXT },
          required: ['title', 'source', 'text'],
        },
      },
    },
    required: ['notes'],
  },
  variables: {
    notes: Array.from({ length: 10 }, (_, n) => ({
      title: `Note ${n}`,
      source: 'handbook',
      text: 'Breakfast is served from seven to ten.',
    })),
  },
};

export async function contract({ pairs = 32, seconds = 2 } = {}) {
  const world = await World.create(1);
  for (const { slug, template, schema } of [TWO_VARIABLES, TEN_ELEMENTS]) {
    await world.publishPrompt(randomUUID(), `${slug}_off`, 1, template);
    await world.publishPrompt(randomUUID(), `${slug}_enforce`, 1, { template, schema, contract: 'enforce' });
  }
  const { render } = await world.startRender();
  const side = ({ slug, variables }: Judged, policy: string) => ({
    name: `${slug}, ${policy}`,
    run: (seconds: number) =>
      measuredLoad(render, world.key, seconds, {
        slug: `${slug}_${policy}`,
        body: JSON.stringify({ variables }),
      }),
  });
  const measured = (judged: Judged) =>
    alternatingPairs(side(judged, 'off'), side(judged, 'enforce'), { pairs, seconds });
  try {
    const two = await measured(TWO_VARIABLES);
    const ten = await measured(TEN_ELEMENTS);
    return {
      title: `Live render under the contract enforce, of two variables and of ten elements of three, ${two.method}`,
      rows: [...two.rows, ...ten.rows],
      summary: `${two.summary}; ${ten.summary}`,
    };
  } finally {
    await render.stop();
    await world.close();
  }
}
