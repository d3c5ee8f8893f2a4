import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { TemplateSyntaxError } from '../errors.ts';
import { linkChat, ProgramTooLargeError } from './link-chat.ts';
import type { ChatEntry } from './program.ts';

const user = (template: string): ChatEntry => ({ role: 'user', template });

function failure(...entries: readonly ChatEntry[]): unknown {
  try {
    return linkChat(entries);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const { message, line, column, source } = error;
    return { message, line, column, source };
  }
}

describe('linkChat', () => {
  it('makes one template of a conversation, with an outline', () => {
    const program = linkChat([
      { role: 'system', template: 'Be kind.' },
      { placeholder: 'history' },
      { role: 'user', template: '{{.question}}' },
    ]);
    expect(program.template).toBe(
      'system:\n{{template "message 0" .}}\n\n{{range index . "history"}}{{with index . "role"}}{{.}}{{end}}:\n{{with index . "content"}}{{.}}{{end}}\n\n{{end}}user:\n{{template "message 2" .}}\n\n{{define "message 0"}}Be kind.{{end}}{{define "message 2"}}{{.question}}{{end}}',
    );
    expect(program.outline).toEqual([
      { role: 'system', unit: 'message 0' },
      { placeholder: 'history' },
      { role: 'user', unit: 'message 2' },
    ]);
  });

  it('makes a unit of each part', () => {
    const program = linkChat([
      {
        role: 'user',
        parts: [
          { type: 'text', template: 'Look:' },
          { type: 'media', url: '{{.photo}}', media_type: 'image/png' },
          { type: 'media', url: '{{.file}}' },
        ],
      },
      { placeholder: 'history', required: true },
    ]);
    expect(program.template).toBe(
      'user:\n{{template "message 0.0" .}}\n[media]\n[media]\n\n{{range index . "history"}}{{with index . "role"}}{{.}}{{end}}:\n{{with index . "content"}}{{.}}{{end}}\n\n{{end}}{{define "message 0.0"}}Look:{{end}}{{define "message 0.1"}}{{.photo}}{{end}}{{define "message 0.2"}}{{.file}}{{end}}',
    );
    expect(program.outline).toEqual([
      {
        role: 'user',
        parts: [
          { unit: 'message 0.0' },
          { media: 'message 0.1', media_type: 'image/png' },
          { media: 'message 0.2' },
        ],
      },
      { placeholder: 'history', required: true },
    ]);
  });

  it.each([
    ['a{{define "x"}}é\nb{{end}}c', '{{/* \n */}}'],
    ['a {{- define "x" -}} {{end -}} b', '{{- /* */ -}}'],
    ['{{-\ndefine "x"}}{{end\n}}', '{{- /* \n\n*/}}'],
    ['{{-\ndefine "x"}}{{end -}}', '{{- /*\n */ -}}'],
  ])('moves the definition in %j behind it, for a comment of the same bytes and lines', (text, comment) => {
    const definition = /\{\{-?\s*define.*end.*?\}\}/s.exec(text)?.[0] ?? '';
    const [before, after] = text.split(definition);
    const { template } = linkChat([user(text)]);
    const unit = template.slice('user:\n{{template "message 0" .}}\n\n{{define "message 0"}}'.length);
    expect(unit.replace(/(?<=\{\{(?:- )?\/\*.*) +(?=.*\*\/)/gs, ' ')).toBe(
      `${before}${comment}${after}{{end}}${definition}`,
    );
    const actual = /\{\{(?:- )?\/\*.*\*\/(?: -)?\}\}/s.exec(unit)?.[0] ?? '';
    expect(Buffer.byteLength(actual)).toBe(Buffer.byteLength(definition));
    expect(actual.split('\n')).toHaveLength(definition.split('\n').length);
  });

  it.each([
    ['{{block "x" .}}{{end}}', '{{block "x" .}}{{end}}'],
    ['a{', 'a{{"{"}}'],
  ])('makes of %j %j', (text, linked) => {
    const { template } = linkChat([user(text)]);
    expect(template).toBe(`user:\n{{template "message 0" .}}\n\n{{define "message 0"}}${linked}{{end}}`);
  });

  it('names the text that is no template', () => {
    expect(failure(user('a'), user('b\n{{if}}'))).toEqual({
      message: 'template: message 1:2: missing value for if',
      line: 2,
      column: 4,
      source: 'message 1',
    });
  });

  it.each(['{{define "x"}}2{{end}}', '{{define "x"}}{{end}}', '{{block "x" .}}{{end}}'])(
    'refuses %j where the name is defined before',
    (again) => {
      expect(failure(user('{{define "x"}}1{{end}}'), { placeholder: 'h' }, user(again))).toMatchObject({
        message: 'template: message 2:1: template: multiple definition of template "x"',
        source: 'message 2',
      });
    },
  );

  it.each([
    ['{{define "prompt"}}{{end}}', '"prompt"'],
    ['{{template "prompt"}}', '"prompt"'],
    ['{{block "message 0" .}}{{end}}', '"message 0"'],
    ['{{template "message 12.3" .}}', '"message 12.3"'],
    ['{{define "\\xff"}}{{end}}', '"\\xff"'],
    ['{{template "a\\xff"}}', '"a\\xff"'],
    ['{{define "@tone"}}{{end}}', '"@tone"'],
    ['{{block `@` .}}{{end}}', '"@"'],
  ])('keeps its names for itself: %s', (text, name) => {
    expect(failure(user('a'), user(`\n${text}`))).toMatchObject({
      message: `template: message 1:2: the name ${name} is reserved`,
      line: 2,
      source: 'message 1',
    });
  });

  it.each([
    '{{template "@tone" .}}',
    '{{define "message"}}{{end}}',
    '{{define "message 1.2.3"}}{{end}}',
    '{{define "prompts"}}{{end}}',
  ])('allows %s', (text) => {
    expect(failure(user(text))).toHaveProperty('template');
  });

  it('refuses what no program can hold, before and after linking', () => {
    expect(() => linkChat([user('a'.repeat(300_000)), user('é'.repeat(150_000))])).toThrow(
      new ProgramTooLargeError(),
    );
    expect(() => linkChat([user('a'.repeat(524_280))])).toThrow('program must be at most 524288 bytes');
    expect(linkChat([user('a'.repeat(524_200))]).template.length).toBeLessThanOrEqual(524_288);
  });

  it('finds a fault of a text in what is too large, unless that text is too large by itself', () => {
    const large = user('a'.repeat(300_000));
    const definition = user('{{define "x"}}{{end}}');
    expect(failure(large, large, user('{{if}}'))).toMatchObject({ source: 'message 2' });
    expect(failure(large, definition, large, definition)).toMatchObject({
      message: 'template: message 3:1: template: multiple definition of template "x"',
    });
    expect(() => linkChat([user(`${'a'.repeat(600_000)}{{if}}`)])).toThrow(new ProgramTooLargeError());
  });

  it('asks its meter before each text', () => {
    const asked: number[] = [];
    const proceed = (nanoseconds: number) => {
      asked.push(nanoseconds);
      if (asked.length > 1) throw new Error('enough');
    };
    expect(() => linkChat([user('{{.a}}'), user('{{.bc}}'), user('{{if}}')], { proceed })).toThrow('enough');
    expect(asked).toEqual([12_000, 14_000]);
  });

  it('refuses what would be nested too deep in the program, and only that', () => {
    const nested = (depth: number) => user(`${'{{if .a}}'.repeat(depth)}${'{{end}}'.repeat(depth)}`);
    expect(failure(nested(500))).toMatchObject({
      message: 'template: message 0:1: max expression depth exceeded',
    });
    const { template } = linkChat([nested(499)]);
    expect(() => compile(template)).not.toThrow();
  });

  it('moves thousands of definitions', () => {
    const definitions = Array.from({ length: 2000 }, (_, index) => `{{define "d${index}"}}{{.a}}{{end}} `);
    const { template, sources } = linkChat([user(definitions.join(''))]);
    // For each definition the text before it, and itself; and the text behind the last.
    expect(sources).toHaveLength(4001);
    expect(compile(template).renderUnits(['d0', 'd1999'], { a: 1 })).toEqual(['1', '1']);
  });
});
