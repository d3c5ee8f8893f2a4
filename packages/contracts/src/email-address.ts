/** What counts as an e-mail address, for every service. It is neither trimmed nor case-folded: the spelling entered is kept. */

const FORMAT = /^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$/;
export const MAX_EMAIL_LENGTH = 255;

export function isEmailAddress(text: string): boolean {
  // Length first: the pattern would go over megabytes.
  return text.length <= MAX_EMAIL_LENGTH && FORMAT.test(text);
}
