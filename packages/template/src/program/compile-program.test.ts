import { describe, expect, it } from 'vitest';
import { closures, generated } from '../compile.ts';
import { compileProgram, compileProgramWith } from './compile-program.ts';
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

  it('looks at the placeholders’ variables alone, as it does before it runs', () => {
    const program = compiled([{ placeholder: 'history', required: true }, ...TALK.slice(2)]);
    for (const variables of [{}, { history: 1 }, { history: [{}] }, null]) {
      const message =
        variables !== null && 'history' in variables ? 'must be a list of messages' : 'missing history';
      expect(() => program.checkPlaceholders(variables)).toThrow(message);
      expect(() => program.messages(variables)).toThrow(message);
    }
    expect(() => program.checkPlaceholders({ history: [] })).not.toThrow();
    expect(() =>
      compileProgramWith(backend, { template: '{{.history}}' }).checkPlaceholders({}),
    ).not.toThrow();
  });

  it('has one budget for all messages', () => {
    const loop = (passes: number): ChatEntry => ({ role: 'user', template: `{{range ${passes}}}{{end}}x` });
    expect(compiled([loop(400_000), loop(400_000)]).messages({})).toHaveLength(2);
    expect(() => compiled([loop(400_000), loop(400_000), loop(400_000)]).messages({})).toThrow(
      /^template: message 2:1:\d+: executing "message 2" at .* exceeded maximum number of steps \(1000000\)$/,
    );
    const long: ChatEntry = { role: 'user', template: '{{.s}}' };
    const s = 'é'.repeat(1_500_000);
    expect(compiled([long, long]).messages({ s })).toHaveLength(2);
    expect(() => compiled([long, long, long]).messages({ s })).toThrow(
      'template: message 2:1:2: executing "message 2" at <{{.s}}>: exceeded maximum output size (8388608 bytes)',
    );
  });

  it('copies the history without steps and bytes', () => {
    const history = Array.from({ length: 50_000 }, () => ({ role: 'user', content: 'x'.repeat(500) }));
    expect(compiled(TALK).messages({ question: 'Why?', history })).toHaveLength(50_002);
  });

  it('gives a text’s output, its variables, and no messages', () => {
    const program = compileProgramWith(backend, { template: 'Hi {{.name}}' });
    expect(program.render({ name: 'Ada' })).toBe('Hi Ada');
    expect(program.messages({ name: 'Ada' })).toBeUndefined();
    expect(program.variables).toEqual([{ path: 'name', required: true, shape: 'scalar' }]);
    expect(() => program.render({})).toThrow('template: prompt:1:5: executing "prompt" at <.name>');
  });

  it('speaks of the program where nobody wrote the place, and without sources everywhere', () => {
    const program = linkChat(TALK);
    const compiledProgram = compileProgramWith(backend, program);
    expect(() => compiledProgram.render({ question: 1, history: 5.5 })).toThrow(
      'template: prompt:4:16: executing "prompt" at <"history">: range can\'t iterate over 5.5',
    );
    const bare = compileProgramWith(backend, { template: program.template, outline: program.outline });
    expect(() => bare.messages({})).toThrow(
      'template: prompt:10:61: executing "message 2" at <.question>: map has no entry for key "question"',
    );
  });

  it('refuses an outline that names what the program lacks', () => {
    const outline = [{ role: 'user', unit: 'message 7' }] as const;
    expect(() => compileProgramWith(backend, { template: 'x', outline })).toThrow(
      'template: no template "message 7" associated with template "prompt"',
    );
  });
});

describe('what a conversation reads', () => {
  const variables = (entries: readonly ChatEntry[]) =>
    compileProgram(linkChat(entries)).variables.map(
      ({ path, required, shape }) => `${path}${required ? '' : '?'} ${shape}`,
    );

  it('is listed in its order, with placeholders and the URLs of media', () => {
    expect(
      variables([
        { role: 'system', template: '{{.tone | default "kind"}}{{template "d" .user}}' },
        { placeholder: 'history' },
        { placeholder: 'examples', required: true },
        {
          role: 'user',
          parts: [
            { type: 'text', template: '{{.question}}' },
            { type: 'media', url: '{{.photo}}' },
          ],
        },
        { role: 'user', template: '{{define "d"}}{{.name}}{{end}}{{.question}}' },
      ]),
    ).toEqual([
      'tone? scalar',
      'user map',
      'user.name scalar',
      'history? list',
      'examples list',
      'question scalar',
      'photo scalar',
    ]);
  });

  it('is required where a message or the placeholder requires it', () => {
    const message: ChatEntry = { role: 'user', template: '{{len .history}}' };
    expect(variables([{ placeholder: 'history' }, message])).toEqual(['history list']);
    expect(variables([message, { placeholder: 'history' }])).toEqual(['history list']);
    const optional: ChatEntry = { role: 'user', template: '{{.history | default "none"}}' };
    expect(variables([optional, { placeholder: 'history', required: true }])).toEqual(['history list']);
    expect(variables([optional, { placeholder: 'history' }])).toEqual(['history? list']);
  });
});
