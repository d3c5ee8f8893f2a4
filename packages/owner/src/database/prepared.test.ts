import { expect, it } from 'vitest';
import { PreparedStatements } from './prepared.ts';

const stale = new Error('the transaction failed', { cause: { code: '0A000' } });

it('a statement gets a name once it has come up often, and keeps it', () => {
  const prepared = new PreparedStatements();
  const names = Array.from({ length: 5 }, (_, at) => prepared.of('SELECT $1', [at]).name);
  expect(names.slice(0, 2)).toEqual([undefined, undefined]);
  expect(new Set(names.slice(2))).toEqual(new Set([expect.any(String)]));
  expect(prepared.of('SELECT $1', [7])).toEqual({ name: names[4], text: 'SELECT $1', values: [7] });
});

it('statements have different names, in one collection and in two', () => {
  const nameOf = (prepared: PreparedStatements, text: string) =>
    [1, 2, 3].map(() => prepared.of(text, []).name).at(-1);
  const [one, other] = [new PreparedStatements(), new PreparedStatements()];
  const names = [nameOf(one, 'SELECT 1'), nameOf(one, 'SELECT 2'), nameOf(other, 'SELECT 3')];
  expect(new Set(names).size).toBe(3);
});

it('texts without end get no names without end', () => {
  const prepared = new PreparedStatements();
  const names = new Set<string | undefined>();
  for (let text = 0; text < 2_000; text++)
    for (let use = 0; use < 4; use++) names.add(prepared.of(`SELECT ${text}`, []).name);
  expect(names.size).toBeLessThan(600);
  // What was known before goes on having one.
  expect(prepared.of('SELECT 0', []).name).toBeDefined();
});

it('after a stale plan, and after no other error, every statement gets a new name', () => {
  const prepared = new PreparedStatements();
  const name = () => [1, 2, 3].map(() => prepared.of('SELECT 1', []).name).at(-1);
  const first = name();
  prepared.renewAfter(new Error('no'));
  prepared.renewAfter({ code: '40P01' });
  expect(name()).toBe(first);
  prepared.renewAfter(stale);
  expect(prepared.of('SELECT 1', []).name).toBeUndefined();
  const second = name();
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
});
