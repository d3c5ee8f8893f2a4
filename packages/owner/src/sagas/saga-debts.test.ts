import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SagaDebts } from './saga-debts.ts';

function debtsAndPayments() {
  const payments: (number | undefined)[] = [];
  const debts: SagaDebts = new SagaDebts(() => payments.push(debts.oldest));
  return { debts, payments };
}

it('the oldest debt counts until it is paid, whatever is paid after it', async () => {
  const { debts, payments } = debtsAndPayments();
  const oldest = Promise.withResolvers<boolean>();
  debts.add(5, () => oldest.promise);
  debts.add(7, async () => false);
  await expect.poll(() => payments).toEqual([5]);
  oldest.resolve(false);
  await expect.poll(() => payments).toEqual([5, undefined]);
});

it('a question that fails is asked again', async () => {
  const { debts, payments } = debtsAndPayments();
  const answers = [Promise.reject(new Error('Postgres is away')), Promise.resolve(true)];
  debts.add(5, () => answers.shift() ?? Promise.resolve(false));
  await expect.poll(() => payments).toEqual([undefined]);
  expect(answers).toEqual([]);
});

it('a question of the lead before pays no debt of the present one', async () => {
  const { debts, payments } = debtsAndPayments();
  const before = Promise.withResolvers<boolean>();
  debts.add(5, () => before.promise);
  debts.forget();
  expect(debts.oldest).toBeUndefined();
  const present = Promise.withResolvers<boolean>();
  debts.add(5, () => present.promise);
  before.resolve(false);
  await turn();
  expect(debts.oldest).toBe(5);
  expect(payments).toEqual([]);
  present.resolve(false);
  await expect.poll(() => payments).toEqual([undefined]);
});

it('64 debts are as many as there may be', () => {
  const { debts } = debtsAndPayments();
  const never = new Promise<boolean>(() => undefined);
  for (let sequence = 1; sequence < 64; sequence += 1) debts.add(sequence, () => never);
  expect(debts.full).toBe(false);
  debts.add(64, () => never);
  expect(debts.full).toBe(true);
});
