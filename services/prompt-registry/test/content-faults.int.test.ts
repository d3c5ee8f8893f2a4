/** Of several faults of what is saved, the first in the order of the contract is answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
/** The versions of a prompt that has a draft with a text and one with a conversation. */
let versions: string;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  const { editor, teamId } = cast;
  const prompt = await registry.prompts.create(editor, teamId);
  versions = `/v1/prompts/${prompt.id}/versions`;
  for (const content of [{ template: 'x' }, { messages: [message('x')] }])
    versionOf(await registry.call(editor, 'POST', versions, content));
});
afterAll(() => registry?.stop());

const message = (template: string) => ({ role: 'user', template });

/** What a body holds; of two, the texts are put together. */
interface Content {
  readonly template?: unknown;
  readonly messages?: readonly unknown[];
  readonly config?: unknown;
  readonly note?: unknown;
}

interface Fault {
  /** The row of the contract's table; 0 is what the whole body is refused for. */
  readonly row: number;
  readonly content: Content;
  readonly refusal: ReturnType<typeof refused>;
}

const LARGE = 'a'.repeat(300_000);

const faults: readonly Fault[] = [
  { row: 0, content: { note: 7 }, refusal: refused(400, 'invalid request body') },
  {
    row: 1,
    content: { template: 'a', messages: [message('b')] },
    refusal: refused(400, 'give either template or messages'),
  },
  { row: 2, content: { template: '' }, refusal: refused(400, 'template is required') },
  {
    row: 4,
    content: { template: LARGE.repeat(2) },
    refusal: refused(400, 'template must be at most 524288 bytes'),
  },
  {
    row: 5,
    content: { messages: [{ role: 'robot', template: 'x' }] },
    refusal: refused(400, 'invalid messages: messages.0.role: must be system, user or assistant'),
  },
  {
    row: 6,
    content: { template: '{{if}}' },
    refusal: refused(400, 'invalid template: template: :1: missing value for if'),
  },
  {
    row: 6,
    content: { messages: [message('{{if}}')] },
    refusal: refused(400, 'invalid template: template: message 0:1: missing value for if'),
  },
  {
    row: 7,
    content: { config: { temperature: 'hot' } },
    refusal: refused(400, 'invalid config: config.temperature: must be a number'),
  },
  {
    row: 8,
    content: { note: 'n'.repeat(2_001) },
    refusal: refused(400, 'note must be at most 2000 characters'),
  },
  {
    row: 10,
    content: { messages: [message(LARGE), message(LARGE)] },
    refusal: refused(422, 'program must be at most 524288 bytes'),
  },
];

/** Undefined where the two cannot be in one body, or are a fault of another row. */
function together(one: Fault, other: Fault): Content | undefined {
  const { template, messages, ...rest } = other.content;
  const [text, entries] = [one.content.template, one.content.messages];
  const isNoted = one.content.note !== undefined && other.content.note !== undefined;
  // An empty text beside messages is none.
  const isEmptied = [one, other].some(({ row }) => row === 2) && (entries ?? messages ?? (text || template));
  if (isNoted || isEmptied) return undefined;
  const both = {
    ...one.content,
    ...rest,
    ...((text ?? template) !== undefined && { template: `${text ?? ''}${template ?? ''}` }),
    // What stands first keeps its place, of which its refusal speaks.
    ...((entries ?? messages) !== undefined && { messages: [...(entries ?? []), ...(messages ?? [])] }),
  };
  const hasTwo = both.template !== undefined && both.template !== '' && both.messages !== undefined;
  return hasTwo && one.row > 1 ? undefined : both;
}

const pairs = faults.flatMap((one, at) =>
  faults.slice(at + 1).flatMap((other) => {
    const content = together(one, other);
    return content === undefined ? [] : [{ rows: `${one.row} and ${other.row}`, content, first: one }];
  }),
);

/** With a text where a fault is about none. */
const whole = (content: Content): Content =>
  content.template === undefined && content.messages === undefined ? { template: 'x', ...content } : content;

describe('of two faults', () => {
  it('the table has the pairs that one body can hold', () => {
    expect(pairs.length).toBeGreaterThan(25);
    for (const rows of ['4 and 7', '5 and 6', '6 and 7', '6 and 10', '7 and 8', '7 and 10', '8 and 10'])
      expect(pairs.map((pair) => pair.rows)).toContain(rows);
  });

  it.each(pairs)('$rows: the first is answered', async ({ content, first }) => {
    const post = await registry.call(cast.editor, 'POST', versions, whole(content));
    expect(errorOf(post)).toEqual(first.refusal);
    for (const draft of [1, 2]) {
      const put = await registry.call(cast.editor, 'PUT', `${versions}/${draft}`, content);
      // A text is not put into a conversation, which is found out before the text is looked at.
      const isOther = draft === 2 && content.messages === undefined && content.template !== undefined;
      const refusal =
        isOther && first.row > 2 ? refused(422, 'version holds messages; send messages') : first.refusal;
      expect(errorOf(put), `draft ${draft}`).toEqual(refusal);
    }
  });
});

describe('a prompt that can take no more', () => {
  let full: string;

  beforeAll(async () => {
    const { id } = await registry.prompts.createFull(cast.editor, cast.teamId);
    full = `/v1/prompts/${id}/versions`;
  });

  it.each(faults)('is found out after fault $row', async ({ content, refusal }) => {
    expect(errorOf(await registry.call(cast.editor, 'POST', full, { template: 'x' }))).toEqual(
      refused(422, 'prompt has too many versions or tags'),
    );
    expect(errorOf(await registry.call(cast.editor, 'POST', full, whole(content)))).toEqual(refusal);
  });
});

describe('a body of 4 MiB that is full of templates', () => {
  const entries = (template: string, last: string) => [
    ...Array.from({ length: 99 }, () => message(template.repeat(40_000 / template.length))),
    message(last),
  ];

  it.each([
    ['{{1}}', '{{if}}', refused(400, 'invalid template: template: message 99:1: missing value for if')],
    ['{{1}}', 'x', refused(422, 'program must be at most 524288 bytes')],
    ['abcd', '{{if}}', refused(400, 'invalid template: template: message 99:1: missing value for if')],
  ])('%s, ending in %s, is judged beside the main thread', async (template, last, refusal) => {
    const answers: string[] = [];
    const note = (name: string) => () => answers.push(name);
    const large = registry.call(cast.editor, 'POST', versions, { messages: entries(template, last) });
    void large.then(note('large'));
    for (let nth = 0; nth < 3; nth += 1)
      await registry.call(cast.editor, 'GET', `${versions}/1`).then(note('small'));
    expect(errorOf(await large)).toEqual(refusal);
    if (template === '{{1}}') expect(answers).toEqual(['small', 'small', 'small', 'large']);
  });
});
