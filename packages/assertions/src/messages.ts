/** What is said of outputs that do not fulfil assertions. Clients show these texts; vectors hold them. */

/** Longer values are cut. In characters. */
const SHOWN_CHARACTERS = 100;

/** At most so many characters of a text. */
export function cut(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return [...text.slice(0, 2 * SHOWN_CHARACTERS)].slice(0, SHOWN_CHARACTERS).join('');
}

export const faults = {
  differs: (character: number) => `is not equal: first difference at character ${character}`,
  lacks: (text: string) => `does not contain "${cut(text)}"`,
  has: (text: string) => `contains "${cut(text)}"`,
  startsOtherwise: (text: string) => `does not start with "${cut(text)}"`,
  endsOtherwise: (text: string) => `does not end with "${cut(text)}"`,
  noMatch: (pattern: string) => `does not match /${cut(pattern)}/`,
  match: (pattern: string) => `matches /${cut(pattern)}/`,
  tooLongToMatch: 'too long to be matched',
  notJson: 'is not JSON',
  otherJson: (kind: string) => `is JSON, but no ${kind}`,
  tooManyCharacters: (count: number, most: number) => `has ${count} characters, at most ${most} are allowed`,
  tooFewCharacters: (count: number, least: number) =>
    `has ${count} characters, at least ${least} are required`,
  tooManyTokens: (count: number, most: number) => `has about ${count} tokens, at most ${most} are allowed`,
  otherMessages: (count: number, expected: number) => `has ${count} messages, ${expected} are expected`,
  noMessage: (index: number) => `has no message ${index}`,
  noSnapshot: 'no snapshot was accepted',
  otherThanSnapshot: (version: number) => `differs from the snapshot of version ${version}`,
  rendered: 'rendered, but was expected to fail',
  otherError: (text: string) => `the error does not contain "${cut(text)}"`,
} as const;
