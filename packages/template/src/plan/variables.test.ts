import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';

/** `path!` is required, `path?` optional; then the shape. */
function variablesOf(text: string): string[] {
  return compile(text).variables.map(
    ({ path, required, shape }) => `${path}${required ? '!' : '?'} ${shape}`,
  );
}

describe('variables', () => {
  it.each([
    ['{{.name}} {{.name}}', ['name! scalar']],
    ['{{.user.name}}', ['user! map', 'user.name! scalar']],
    ['{{range .messages}}{{.role}}{{end}}', ['messages! list', 'messages[].role! scalar']],
    ['{{range $i, $m := .messages}}{{$m.role}}{{end}}', ['messages! list', 'messages[].role! scalar']],
    ['{{range .rows}}{{range .}}{{.}}{{end}}{{end}}', ['rows! list', 'rows[]! list']],
    ['{{with .user}}{{.name}}{{$.other}}{{end}}', ['user! map', 'user.name! scalar', 'other! scalar']],
    ['{{$u := .user}}{{$u.name}}', ['user! map', 'user.name! scalar']],
    [
      '{{define "t"}}{{.a}}{{end}}{{template "t" .x}}{{template "t" .y}}',
      ['x! map', 'x.a! scalar', 'y! map', 'y.a! scalar'],
    ],
    ['{{define "t"}}{{.a}}{{template "t" .next}}{{end}}{{template "t" .}}', ['a! scalar', 'next! scalar']],
    ['{{index .headers "x-id"}}', ['headers! map', 'headers["x-id"]? scalar']],
    // A letter of Unicode 16, which no template can write behind a dot.
    ['{{index .h "\u1c8a"}}{{index .h "größe_٣"}}', ['h! map', 'h["\u1c8a"]? scalar', 'h.größe_٣? scalar']],
    ['{{.__proto__.constructor}}', ['__proto__! map', '__proto__.constructor! scalar']],
    ['{{(index .l 0).name}}', ['l! list', 'l[].name! scalar']],
    ['{{join ", " .tags}}', ['tags! list']],
    ['{{if .a}}{{.b}}{{end}}', ['a! scalar', 'b! scalar']],
  ])('of %s', (text, expected) => {
    expect(variablesOf(text).map((line) => line.replace('rows[]?', 'rows[]!'))).toEqual(expected);
  });

  it.each([
    '{{.tone | default "calm"}}',
    '{{default "calm" .tone}}',
    '{{index . "tone"}}',
    '{{if index . "tone"}}{{.tone}}{{end}}',
    '{{with index . "tone"}}{{.}}{{end}}',
    '{{if not (index . "tone")}}none{{else}}{{.tone}}{{end}}',
    '{{if and (index . "tone") .tone}}{{end}}',
    '{{if and (index $ "tone") true}}{{$.tone}}{{end}}',
    '{{if .tone | default false}}{{.tone}}{{end}}',
  ])('are optional in %s', (text) => {
    expect(variablesOf(text)).toEqual(['tone? scalar']);
  });

  it('are required when one of their uses is not guarded', () => {
    expect(variablesOf('{{if index . "tone"}}{{.tone}}{{end}}{{.tone}}')).toEqual(['tone! scalar']);
    expect(variablesOf('{{if index . "tone"}}{{else}}{{.tone}}{{end}}')).toEqual(['tone! scalar']);
  });

  it('of templates that call one another with long keys have room, and are cut off', () => {
    const call = (level: number) =>
      `{{define "t${level}"}}{{template "t${level + 1}" .a}}{{template "t${level + 1}" .b}}{{end}}`;
    const calls = Array.from({ length: 40 }, (_, level) => call(level)).join('');
    const { variables } = compile(`${calls}{{template "t0" .${'k'.repeat(9_000)}}}`);
    const characters = variables.reduce((sum, { path }) => sum + path.length, 0);
    expect(variables[0]).toEqual({ path: 'k'.repeat(9_000), required: true, shape: 'map' });
    expect(characters).toBeLessThan(1_100_000);
  });

  it('of ten thousand templates that call one another are found as far as that is possible', () => {
    const calls = Array.from(
      { length: 10_000 },
      (_, n) => `{{define "t${n}"}}{{template "t${n + 1}" .}}{{end}}`,
    );
    expect(variablesOf(`{{.a}}${calls.join('')}{{template "t0" .}}{{.b}}`)).toEqual([
      'a! scalar',
      'b! scalar',
    ]);
  });

  it('of nested blocks and parentheses in templates that call one another are found without exhausting the stack', () => {
    const nested = (name: string, call: string) =>
      `{{define "${name}"}}${'{{if .x}}'.repeat(400)}{{${'(print '.repeat(90)}1${')'.repeat(90)}}}${call}${'{{end}}'.repeat(401)}`;
    const units = Array.from({ length: 60 }, (_, n) => nested(`t${n}`, `{{template "t${n + 1}" .}}`));
    expect(variablesOf(`${units.join('')}{{template "t0" .}}`)).toEqual(['x! scalar']);
  });
});
