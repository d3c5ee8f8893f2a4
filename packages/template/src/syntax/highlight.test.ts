import { expect, it } from 'vitest';
import { highlight } from './highlight.ts';

function shown(text: string): string[] {
  return highlight(text).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);
}

it('every token of a template has its kind', () => {
  expect(shown('Hi {{- /* c */ -}} {{if eq .a.b "s" `r`}}{{$x, $y := (len 1) | print nil}}{{end}}')).toEqual([
    'text Hi',
    'comment /* c */',
    'delimiter {{',
    'keyword if',
    'function eq',
    'field .a',
    'field .b',
    'string "s"',
    'string `r`',
    'delimiter }}',
    'delimiter {{',
    'variable $x',
    'operator ,',
    'variable $y',
    'operator :=',
    'operator (',
    'function len',
    'number 1',
    'operator )',
    'operator |',
    'function print',
    'constant nil',
    'delimiter }}',
    'delimiter {{',
    'keyword end',
    'delimiter }}',
  ]);
});

it('faults are marked, and the text after them is read on', () => {
  expect(shown('{{ @ 🙂 "ab\n .x }}y{{(}}z')).toEqual([
    'delimiter {{',
    'error @',
    'error 🙂',
    'error "ab\n',
    'field .x',
    'delimiter }}',
    'text y',
    'delimiter {{',
    'operator (',
    'error }}',
    'text z',
  ]);
});

it('what has no end is marked to the end', () => {
  expect(shown('{{/* x }} {{.a}}')).toEqual(['error /* x }} {{.a}}']);
  expect(shown('{{.a')).toEqual(['delimiter {{', 'field .a']);
});
