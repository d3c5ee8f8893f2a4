import { describe, expect, it } from 'vitest';
import { closures, generated } from '../compile.ts';
import { compileProgramWith } from './compile-program.ts';
import { linkChat } from './link-chat.ts';
import type { ChatEntry } from './program.ts';

const TALK: readonly ChatEntry[] = [
  { role: 'system', template: 'Be kind.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
];

describe.each([
  ['generated code', generated],
  ['closures', closures],
])('a conversation by %s', (_name, backend) => {
  const compiled = (entries: readonly ChatEntry[]) => compileProgramWith(backend, linkChat(entries));

  it('gives messages and a transcript', () => {
    const history = [
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] },
      { role: 'user', content: '{{.x}}' },
    ];
    const program = compiled(TALK);
    const messages = program.messages({ question: 'Why?', history });
    expect(JSON.stringify(messages)).toBe(
      '[{"role":"system","content":"Be kind."},{"role":"assistant","content":null,"tool_calls":[{"id":"c1"}]},{"role":"user","content":"{{.x}}"},{"role":"user","content":"Why?"}]',
    );
    expect(messages?.[1]).toBe(history[0]);
    expect(program.render({ question: 'Why?', history })).toBe(
      'system:\nBe kind.\n\nassistant:\n\n\nuser:\n{{.x}}\n\nuser:\nWhy?\n\n',
    );
  });

  it('names the place in the author’s text that fails', () => {
    const program = compiled([
      { role: 'system', template: 'a{{define "x"}}\né{{.lost}}{{end}} b' },
      { role: 'user', template: 'é\n{{"é"}}{{.name}}' },
      { role: 'user', template: '\n{{template "x" .}}' },
    ]);
    const at = 'executing "message 1" at <.name>: map has no entry for key "name"';
    expect(() => program.messages({})).toThrow(`template: message 1:2:10: ${at}`);
    expect(() => program.render({})).toThrow(`template: message 1:2:10: ${at}`);
    expect(() => program.messages({ name: '' })).toThrow(
      'template: message 0:2:4: executing "x" at <.lost>: map has no entry for key "lost"',
    );
  });
});
