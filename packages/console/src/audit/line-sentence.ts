/** What an entry of the audit says, whichever service wrote it. */
import { auditSentence as promptSentence } from '../prompts/mod.ts';
import type { Line } from './audit-lines.ts';
import { auditSentence, type Names } from './organization-sentence.ts';

/** Each service has its own words; what neither knows is told by its name. */
export function lineSentence(line: Line, names: Names): string {
  const told = auditSentence(line, names);
  return told === line.action ? promptSentence({ ...line, details: detailsOf(line) }) : told;
}

function detailsOf(line: Line): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(line.details).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? String(value) : value,
    ]),
  );
}
