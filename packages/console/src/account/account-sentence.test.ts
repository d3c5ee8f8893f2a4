import { expect, it } from 'vitest';
import { accountSentence } from './account-sentence.ts';

it('what happened to an account is told in words, and what is new by its name', () => {
  expect(accountSentence({ action: 'user.logged_in' })).toBe('Logged in');
  expect(accountSentence({ action: 'user.something' })).toBe('user.something');
});
