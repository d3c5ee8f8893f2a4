/** How an application uses the generated functions, and what the compiler does not let it do. */
import { Px0, type RenderResult, type TestPx0 } from '@px0/sdk';
import { anything, greeting, hostile, inferred, order, p2faMail, type SupportReplyVariables, supportReply, tutor } from './prompts.ts';

/** As a provider's package declares its messages: an interface, without an index signature. */
interface ProviderMessage {
  role: 'user' | 'assistant';
  content: string;
}

export async function renderAll(px0: TestPx0 | Px0): Promise<RenderResult[]> {
  const variables: SupportReplyVariables = { question: 'Why?' };
  const said: ProviderMessage[] = [{ role: 'assistant', content: 'Hello' }];
  return [
    await greeting(px0),
    await supportReply(px0, variables),
    await supportReply(px0, { question: 'Why?', tone: 'formal' }, { missingKey: 'default', contract: 'enforce' }),
    await p2faMail(px0, { code: '1234' }),
    await tutor(px0, { question: 'Why?', history: said }),
    await tutor(px0, { question: 'Why?', history: null }),
    await inferred(px0, { a: 'a', b: 1, l: [{ t: true }], rows: [['x', 'y']], first: 'text' }),
    await order(px0, {
      customer: { name: 'Ada', age: null, address: { street: 'Main' } },
      items: [{ title: 'Pen', price: 1.5 }],
      version: 2,
      named_only: 'x',
      open: { other: 1 },
      mixed: { k: [1, 'x'] },
    }),
    await hostile(px0, { class: 'c', 'a-b': 'ab', "it's": '\\', 'back`tick': { '': 1, 'in ner,': 'x' } }),
    await anything(px0, { whatever: 1 }),
  ];
}

export const allowed = (px0: Px0): unknown[] => [
  () => tutor(px0, { question: 'Why?', history: [{ role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] }] }),
  () => inferred(px0, { a: 'a', b: 1, l: { any: 'object' }, rows: null }),
  () => order(px0, { customer: { name: 'Ada', age: 36 }, items: [], version: 2, named_only: 1, mixed: null, ratio: 0.5 }),
];

export const refused = (px0: Px0): unknown[] => [
  // @ts-expect-error: a variable is missing
  () => supportReply(px0, {}),
  // @ts-expect-error: a name is misspelt
  () => supportReply(px0, { question: 'Why?', tome: 'formal' }),
  // @ts-expect-error: a value is none of those allowed
  () => supportReply(px0, { question: 'Why?', tone: 'rude' }),
  // @ts-expect-error: a value is of another type
  () => p2faMail(px0, { code: 1234 }),
  // @ts-expect-error: a message has no role
  () => tutor(px0, { question: 'Why?', history: [{ content: 'Hello' }] }),
  // @ts-expect-error: no variables are needed
  () => greeting(px0, { name: 'Ada' }),
];
