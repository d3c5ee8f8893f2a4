import { ApiError } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { argon2Hash, argon2Verify, hasOtherParameters } from './argon2.ts';
import { HashQueue } from './hash-queue.ts';
import { requireGoodPassword } from './password-policy.ts';
import { Passwords } from './passwords.ts';

const cheap = { memoryKib: 64, passes: 1, parallelism: 1 };
const queue = () => new HashQueue({ concurrency: 2, waiting: 10 });

function refusalOf(password: string): string | undefined {
  try {
    requireGoodPassword(password);
    return undefined;
  } catch (error) {
    return error instanceof ApiError ? error.code : 'another error';
  }
}

describe('the password policy', () => {
  it.each([
    ['Aa1!', 'passwordTooShort'],
    ['Aa1!aaa', 'passwordTooShort'],
    ['Aa1 aaaa', undefined],
    ['Aa1éaaa', undefined], // seven characters, eight bytes, and a letter outside ASCII is special
    ['aa1!aaaa', 'passwordTooWeak'],
    ['AA1!AAAA', 'passwordTooWeak'],
    ['Aaa!aaaa', 'passwordTooWeak'],
    ['Aa1aaaaa', 'passwordTooWeak'],
    [`Aa1!${'x'.repeat(1_020)}`, undefined],
    [`Aa1!${'x'.repeat(1_021)}`, 'invalidRequestBody'],
  ])('judges %j: %s', (password, refusal) => {
    expect(refusalOf(password)).toBe(refusal);
  });
});

describe('argon2 hashes', () => {
  it('say their parameters, differ by salt, and match their password only', async () => {
    const [first, second] = await Promise.all([argon2Hash('Secret1!', cheap), argon2Hash('Secret1!', cheap)]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect(await argon2Verify(first, 'Secret1!')).toBe(true);
    expect(await argon2Verify(first, 'secret1!')).toBe(false);
  });

  it('of another library are understood', async () => {
    // Made with the reference implementation: echo -n password | argon2 somesalt -id -v 13 -t 2 -m 16 -p 1
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await argon2Verify(reference, 'password')).toBe(true);
    expect(await argon2Verify(reference, 'Password')).toBe(false);
  });

  it('that cannot be read match nothing', async () => {
    for (const text of [
      '',
      'plain',
      '$2b$10$abcdefghijklmnopqrstuv',
      '$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$',
    ]) {
      expect(await argon2Verify(text, 'plain')).toBe(false);
    }
  });

  it('are renewed when the parameters have changed, and only then', async () => {
    const old = await argon2Hash('Secret1!', cheap);
    const stronger = { ...cheap, passes: 2 };
    expect(hasOtherParameters(old, cheap)).toBe(false);
    expect(hasOtherParameters(old, stronger)).toBe(true);
    const renewed = await new Passwords(stronger, queue()).upToDate(old, 'Secret1!');
    expect(renewed).toContain('t=2');
    expect(await argon2Verify(renewed, 'Secret1!')).toBe(true);
    expect(await new Passwords(cheap, queue()).upToDate(old, 'Secret1!')).toBe(old);
  });
});

describe('passwords', () => {
  it('of an unknown account never match, after the same work', async () => {
    const passwords = new Passwords(cheap, queue());
    expect(await passwords.matches(undefined, 'decoy')).toBe(false);
  });
});

describe('the hash queue', () => {
  it('runs as many as it may, lets some wait in order, and refuses the rest with Retry-After', async () => {
    const bounded = new HashQueue({ concurrency: 2, waiting: 3 });
    const order: number[] = [];
    const finish: (() => void)[] = [];
    const work = (number: number) =>
      bounded.run(async () => {
        order.push(number);
        await new Promise<void>((resolve) => finish.push(resolve));
      });
    const accepted = [1, 2, 3, 4, 5].map(work);
    const refusal: unknown = await work(6).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'serviceUnavailable' });
    expect(refusal instanceof ApiError && (refusal.retryAfterSeconds ?? 0) >= 1).toBe(true);
    expect(order).toEqual([1, 2]);
    for (let done = 0; done < 5; done++) {
      await expect.poll(() => finish.length).toBeGreaterThan(done);
      finish[done]?.();
    }
    await Promise.all(accepted);
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on after work that fails', async () => {
    const bounded = new HashQueue({ concurrency: 1, waiting: 1 });
    await expect(bounded.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(bounded.run(() => Promise.resolve('fine'))).resolves.toBe('fine');
  });
});
