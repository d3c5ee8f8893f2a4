import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { errorsIn, otherLanguagesIn, problemText } from './mod.ts';

/** Each problem as the part of the text that it speaks of, and its sentence. */
function told(text: string): (readonly [part: string, sentence: string])[] {
  return errorsIn(text).errors.map((error) => [text.slice(error.from, error.to), problemText(error)]);
}

const suggested = (text: string) => errorsIn(text).errors.map(({ suggestion }) => suggestion);

describe('the errors of a text', () => {
  it('are none if the text is right', () => {
    for (const text of ['', 'Hi {{.name}}', '{{/* {{ */}}{{"}}"}}{{range $x := .l}}{{$x}}{{else}}-{{end}}'])
      expect(errorsIn(text)).toEqual({ errors: [], repaired: text });
  });

  it('are all told at once, in the order of the text', () => {
    expect(told('{{name}}\n{{if .x}}\n{{.y | uper}} and {{.z')).toEqual([
      ['{{name}}', '“name” is not a function. Did you mean {{.name}}?'],
      ['{{if .x}}', '{{if .x}} has no {{end}}'],
      ['{{.y | uper}}', 'There is no function “uper”. Did you mean {{.y | upper}}?'],
      ['{{.z', '{{.z has no closing }}. Did you mean {{.z}}?'],
    ]);
  });

  it('of blocks name the action that begins or ends them', () => {
    expect(told('{{range .l}}{{if .x}}a{{end}}')).toEqual([['{{range .l}}', '{{range .l}} has no {{end}}']]);
    expect(told('a{{end}}{{else}}').map(([, sentence]) => sentence)).toEqual([
      '{{end}} has no block to end',
      '{{else}} is outside of a block',
    ]);
    expect(told('{{if .a}}{{else}}{{else}}{{end}}')).toEqual([
      ['{{else}}', '{{else}} is the second of its block'],
    ]);
  });

  it('have the words of the parser where there are none that say more', () => {
    expect(told('{{$x}} {{if}}a{{end}} {{}} {{"abc}} {{.ok}}')).toEqual([
      ['{{$x}}', 'undefined variable "$x"'],
      ['{{if}}', 'missing value for if'],
      ['{{}}', 'There is nothing between the braces'],
      ['{{"abc}}', 'unterminated quoted string'],
    ]);
  });

  it('leave a text that renders, with the variables of what is right and of what was probably meant', () => {
    const { repaired = '' } = errorsIn(
      '{{range items}}{{.title}}{{wrong thing}}{{end}}{{order}}{{if .x}}{{late',
    );
    expect(compile(repaired).variables.map(({ path }) => path)).toEqual([
      'items',
      'items[].title',
      'order',
      'x',
      'late',
    ]);
  });

  it('are at most 20, and then nothing is left to render', () => {
    const { errors, repaired } = errorsIn('{{"abc}}\n'.repeat(50));
    expect(errors).toHaveLength(20);
    expect(repaired).toBeUndefined();
    for (const many of ['{{.x ', '{{end}}', '{{if .x}}', '{{#x}}'])
      expect(errorsIn(many.repeat(5_000)).errors).toHaveLength(20);
  });
});

it.each([
  ['{{ user.name }}', '{{ .user.name }}'],
  ['{{- name -}}', '{{- .name -}}'],
  ["{{name|default('x')}}", '{{.name | default "x"}}'],
  ['{{if tier == "pro"}}{{end}}', '{{if eq .tier "pro"}}'],
  ['{{if .count > 3}}{{end}}', '{{if gt .count 3.0}}'],
  ['{{if len(xs) > 3 && !done}}{{end}}', '{{if and (gt (len .xs) 3) (not .done)}}'],
  ['{{if a and not b or c}}{{end}}', '{{if or (and .a (not .b)) .c}}'],
  ['{{ items[0].name }}', '{{ (index .items 0).name }}'],
  ['{{ user["first name"] }}', '{{ index .user "first name" }}'],
  ['{{ upper(name) }}', '{{ upper .name }}'],
  ['{{.a | tojson}}', '{{.a | toJson}}'],
  ['{{ .tags | length }}', '{{ .tags | len }}'],
  ['{{this}}', '{{.}}'],
  ['{{{raw}}}', '{{.raw}}'],
  ['{{> header}}', '{{template "header" .}}'],
  ['{{! note }}', '{{/* note */}}'],
  ['{{.name}', '{{.name}}'],
  ['{{if .x\n', '{{if .x}}'],
])('%s is meant as %s', (text, meant) => {
  expect(suggested(text)[0]).toBe(meant);
});

it('blocks of Jinja and Handlebars are translated as a whole', () => {
  expect(suggested('{{#each items as |it|}}{{it.a}}{{/each}}')).toEqual([
    '{{range $it := .items}}',
    '{{$it.a}}',
    '{{end}}',
  ]);
  expect(suggested('{{for k, v in data.items()}}{{k}}{{endfor}}')).toEqual([
    '{{range $k, $v := .data}}',
    '{{$k}}',
    '{{end}}',
  ]);
  expect(errorsIn('{{#if a}}x{{elif b > 1}}y{{else}}z{{/if}}').repaired).toBe(
    '{{if .a}}x{{else if gt .b 1.0}}y{{else}}z{{end}}',
  );
});

it('what is not understood has no suggestion', () => {
  expect(suggested('{{ a ? b : c }}{{wrong thing}}{{.x | nosuchfunction}}')).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe('what looks like another language', () => {
  const found = (text: string) => otherLanguagesIn(text).map(problemText);

  it('is told, with what it says in this one', () => {
    expect(found('Hi {{.name}} {% if x == 1 %}a{%- else -%}b{% endif %}{# note #}')).toEqual([
      'px0 keeps {% if x == 1 %} as plain text. Did you mean {{if eq .x 1.0}}?',
      'px0 keeps {%- else -%} as plain text. Did you mean {{else}}?',
      'px0 keeps {% endif %} as plain text. Did you mean {{end}}?',
      'px0 keeps {# note #} as plain text. Did you mean {{/* note */}}?',
    ]);
    expect(found('{% for x in xs %}{% endfor %}{% assign a = 1 %}')).toEqual([
      'px0 keeps {% for x in xs %} as plain text. Did you mean {{range $x := .xs}}?',
      'px0 keeps {% endfor %} as plain text. Did you mean {{end}}?',
      'px0 keeps {% assign a = 1 %} as plain text',
    ]);
  });

  it('is not what stands in an action, nor code and JSON', () => {
    expect(found('{{"{% if x %}"}} {"a": {name}} 100 {%} {#1} {% 5 %}')).toEqual([]);
  });
});
