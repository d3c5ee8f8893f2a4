/** Checks the values of options and arguments before anything is sent. An invalid value is refused, never adjusted to a similar one. */
import { InvalidArgumentError } from 'commander';
import { CliError } from '../exit-codes.ts';

const DECIMAL = /^(\d+\.?\d*|\.\d+)$/;

/** Parses a decimal number between two inclusive bounds. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (DECIMAL.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

/** Parses a whole number that JavaScript represents exactly. */
export function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`It must be a whole number, ${least} or greater.`);
  };
}

/** Parses a whole number between two inclusive bounds. */
export function wholeNumberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;
const TIME = new RegExp(
  String.raw`^(\d{4}-\d\d-\d\d)(?:T${CLOCK}(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]${CLOCK}))?$`,
);

/** Parses a date, which starts in UTC, or a time with a time zone. Other forms are ambiguous, and some parsers turn February 31 into March. */
export function time(text: string): Date {
  const [, date] = TIME.exec(text) ?? [];
  const parsed = new Date(text);
  if (date !== undefined && isOfCalendar(date) && !Number.isNaN(parsed.getTime())) return parsed;
  throw new InvalidArgumentError(
    'It must be a date such as 2030-01-31, or a time with a time zone such as 2030-01-31T18:00:00Z.',
  );
}

function isOfCalendar(date: string): boolean {
  const midnight = new Date(date);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

/** The folder of prompt files. */
export const DEFAULT_FOLDER = 'prompts';

/** Refuses an empty value, which usually comes from an unset variable in a script. @throws CliError */
export function requireFilled(what: string, ...texts: readonly (string | undefined)[]): void {
  if (texts.includes('')) throw new CliError('usage', `${what} must not be empty`);
}
