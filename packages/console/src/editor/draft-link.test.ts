import { expect, it } from 'vitest';
import type { Content } from '../preview/mod.ts';
import { draftLink, linkedDraft } from './draft-link.ts';

const page = 'https://px0.example/prompts/a/versions/1';
const plain: Content = { body: { template: 'Hi {{.name' }, config: {}, schema: {}, note: '' };

async function through(content: Content): Promise<unknown> {
  const link = (await draftLink(page, content)) ?? '';
  expect(link).toMatch(/^https:\/\/px0\.example\/prompts\/a\/versions\/1#draft=[\w-]+$/);
  const linked = await linkedDraft(new URL(link).hash);
  return linked.kind === 'draft' ? linked.content : linked.kind;
}

it('a link holds a draft as it is', async () => {
  expect(await through(plain)).toEqual(plain);
  const chat: Content = {
    body: {
      messages: [
        { role: 'system', template: 'Bé {{kind}} 🙂\r\n' },
        { placeholder: 'history', required: true },
        {
          role: 'user',
          parts: [
            { type: 'text', template: '{{if' },
            { type: 'media', url: '{{.photo}}', media_type: 'image/png' },
          ],
        },
      ],
    },
    config: { model: 'gpt-x', temperature: 0.2 },
    schema: { properties: { a: { type: 'string' } } },
    note: 'Why',
  };
  expect(await through(chat)).toEqual(chat);
});

it('a draft that is too long has no link', async () => {
  const letters = Array.from({ length: 40_000 }, (_, at) =>
    String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
  );
  expect(await draftLink(page, { ...plain, body: { template: letters.join('') } })).toBeUndefined();
  expect(await draftLink(page, { ...plain, body: { template: 'a'.repeat(100_000) } })).toBeDefined();
});

it('what no console has written is not read', async () => {
  expect(await linkedDraft('')).toEqual({ kind: 'none' });
  expect(await linkedDraft('#top')).toEqual({ kind: 'none' });
  for (const hash of ['#draft=', '#draft=%%', '#draft=AAAA', `#draft=${'A'.repeat(9_000)}`])
    expect(await linkedDraft(hash), hash).toEqual({ kind: 'unreadable' });
  for (const value of [
    '[]',
    '{"template":5}',
    '{"template":"","messages":{}}',
    '{"template":"","messages":[{"role":"user","template":5}]}',
    '{"template":"","messages":[{"role":"user","parts":[{"type":"media","url":5}]}]}',
    '{"template":"","messages":[null]}',
  ])
    expect(await linkedDraft(await hashOf(value)), value).toEqual({ kind: 'unreadable' });
});

it('a link that unpacks to too much is not unpacked', async () => {
  const hash = await hashOf(`{"template":"${'a'.repeat(5_000_000)}"}`);
  expect(hash.length).toBeLessThan(12_000);
  expect(await linkedDraft(hash)).toEqual({ kind: 'unreadable' });
});

async function hashOf(json: string): Promise<string> {
  const packed = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = Buffer.from(await new Response(packed).arrayBuffer());
  return `#draft=${bytes.toString('base64url')}`;
}
