/** The chains of an organization as they are read: each page of a chain is a text of lines, and the page merges the three by time. */
import type { Wire } from '@px0/contracts';

export type Line = Wire<'AuditLine'>;
export type Context = Line['context'];

export const contexts = ['identity', 'tenancy', 'registry'] as const satisfies readonly Context[];

/** @throws SyntaxError if it is cut within a line. */
export function linesIn(text: string): readonly Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));
}

/** What is known of one chain: its lines so far, the newest first, and whether there are older ones. */
export interface Known {
  readonly lines: readonly Line[];
  readonly isWhole: boolean;
}

/**
 * The lines of all chains, the newest first. Ends where one of the chains is not known any further, since what is missing of it would have to stand
 * between those of the others.
 */
export function mergedLines(chains: readonly Known[]): readonly Line[] {
  const ends = chains.flatMap(({ lines, isWhole }) => (isWhole ? [] : [timeOf(lines.at(-1))]));
  const from = Math.max(Number.NEGATIVE_INFINITY, ...ends);
  return chains
    .flatMap(({ lines }) => lines)
    .filter((line) => timeOf(line) >= from)
    .toSorted((one, other) => timeOf(other) - timeOf(one) || other.number - one.number);
}

/** Everyone whom an entry names. */
export function peopleOf({ actor, user_id }: Line): readonly (string | null)[] {
  return [actor.user_id, actor.person_id, user_id];
}

function timeOf(line: Line | undefined): number {
  return line === undefined ? Number.POSITIVE_INFINITY : Date.parse(line.at);
}
