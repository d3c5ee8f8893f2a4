import { compileJudge, type InputSchema } from '@px0/input-contract';
import { expect, it } from 'vitest';
import { contractMarks, pathSteps } from './contract-marks.ts';

/** What is underlined, with what is said of it, as the judge finds it. */
function marked(schema: InputSchema, text: string): readonly (readonly [string, string])[] {
  const problems = compileJudge(schema)(JSON.parse(text))?.problems;
  if (problems === undefined) return [];
  return contractMarks(text, problems).map(({ from, to, message }) => [text.slice(from, to), message]);
}

const person: InputSchema = {
  type: 'object',
  properties: { mood: { type: 'string', enum: ['calm', 'angry'] }, age: { type: 'number' } },
  required: ['mood'],
};

it('a wrong value is underlined, of a list or an object its bracket', () => {
  expect(marked(person, '{"mood": "wild", "age": "old"}')).toEqual([
    ['"old"', 'age must be a number'],
    ['"wild"', 'mood must be one of "calm", "angry"'],
  ]);
  expect(marked(person, '{"mood": "calm", "age": [1,\n2]}')).toEqual([['[', 'age must be a number']]);
  expect(marked(person, '{"mood": "calm", "age": 4}')).toEqual([]);
});

it('a missing name is underlined where the one stands that may be meant, otherwise where its object begins', () => {
  expect(marked(person, '{"age": 4, "moood": "calm"}')).toEqual([
    ['"moood"', 'missing mood (did you mean moood?)'],
  ]);
  expect(marked(person, '{"age": 4}')).toEqual([['{', 'missing mood']]);
});

it('an unknown name is underlined', () => {
  const closed = { ...person, additionalProperties: false };
  expect(marked(closed, '{"mood": "calm", "aeg": 4}')).toEqual([
    ['"aeg"', 'unknown aeg (did you mean age?)'],
  ]);
});

it('places are found in lists and below keys of any name', () => {
  const schema: InputSchema = {
    properties: {
      'a.b; "c"': { type: 'object', required: ['x'] },
      list: { items: { properties: { n: { type: 'integer' } } } },
    },
  };
  expect(marked(schema, '{ "a.b; \\"c\\"" : {}, "list": [ {"n": 1}, 7, {"n": 1.5} ] }')).toEqual([
    ['{', 'missing ["a.b; \\"c\\""].x'],
    ['1.5', 'list[2].n must be an integer'],
  ]);
  // The name as a path step, escapes and all, and of equal names the last, as JSON has it.
  expect(marked(person, '{"mood": 1, "m\\u006fod": 2}')).toEqual([
    ['2', 'mood must be one of "calm", "angry"'.replace('one of "calm", "angry"', 'a string')],
  ]);
});

it('in a text that is broken, what can be found is marked, and nothing throws', () => {
  const problems = compileJudge(person)({ age: 'old' })?.problems;
  for (const text of ['', '{', '{"age"', '{"age": ', '[1', '{"age": "old"', '"age"', '{"mood": {]']) {
    for (const { from, to } of contractMarks(text, problems ?? { missing: [], unknown: [], invalid: [] })) {
      expect(from).toBeLessThanOrEqual(to);
      expect(to).toBeLessThanOrEqual(text.length);
    }
  }
});

it('a path is taken apart into keys and indices', () => {
  expect(pathSteps('items[3].title')).toEqual(['items', 3, 'title']);
  expect(pathSteps('["a b"].c["[0]"][12]')).toEqual(['a b', 'c', '[0]', 12]);
});
