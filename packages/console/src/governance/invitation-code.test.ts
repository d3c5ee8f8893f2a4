import { expect, it } from 'vitest';
import { codeIn, invitationLink } from './invitation-code.ts';

const code = `inv_${'0a1b2c3d'.repeat(5)}`;

it('a code is found in the link, alone, and in a sentence around it', () => {
  expect(codeIn(invitationLink('https://px0.example.com', code))).toBe(code);
  expect(codeIn(` ${code}\n`)).toBe(code);
  expect(codeIn(`Here it is: ${code.toUpperCase().replace('INV_', 'inv_')}.`)).toBe(code);
});

it('what is no code is none', () => {
  for (const text of ['', 'inv_', code.slice(0, -1), `${code}0`, `ak_${'0a'.repeat(32)}`]) {
    expect(codeIn(text), text).toBeUndefined();
  }
});
