/** The audit log as a table for spreadsheets, in the words of the page. What proves that nothing was changed is the export of the chains. */
import type { Line } from './audit-lines.ts';
import type { Names } from './organization-sentence.ts';

const header = [
  'time',
  'actor',
  'on_behalf_of',
  'via',
  'action',
  'sentence',
  'team',
  'prompt',
  'version',
  'text',
  'entry',
  'hash',
];

/** `sentence`: what a line says, without the actor. */
export function auditCsv(lines: readonly Line[], names: Names, sentence: (line: Line) => string): string {
  const rows = lines.map((line) => [
    line.at,
    actorName(line, names),
    line.actor.kind === 'api-key' && line.actor.person_id !== null ? names.person(line.actor.person_id) : '',
    line.via ?? '',
    line.action,
    sentence(line),
    line.team_id === null ? '' : names.team(line.team_id),
    line.slug ?? '',
    line.version === null ? '' : String(line.version),
    line.text ?? '',
    `${line.context} ${line.number}`,
    line.hash,
  ]);
  // The mark tells Excel that it is UTF-8.
  return `\uFEFF${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A text that a spreadsheet would run as a formula is marked as text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function actorName({ actor }: Line, names: Names): string {
  if (actor.kind === 'system') return 'px0';
  return actor.kind === 'api-key' ? names.key(actor.api_key_id) : names.person(actor.user_id);
}
