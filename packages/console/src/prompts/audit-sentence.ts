/** An entry of the audit log as the end of a sentence: "Ada promoted version 3 to live". */
import type { Wire } from '@px0/contracts';

type Entry = Wire<'PromptAuditEntry'>;
type Tell = (entry: Entry, detail: (name: string) => string) => string;

const number = ({ version }: Entry) => `version ${version ?? '?'}`;

const sentences: { readonly [action: string]: Tell } = {
  'prompt.created': () => 'created the prompt',
  'prompt.updated': () => 'changed the description',
  'prompt.archived': () => 'archived the prompt',
  'prompt.restored': () => 'restored the prompt',
  'prompt.moved_out': () => 'moved the prompt to another team',
  'prompt.moved_in': () => 'moved the prompt here from another team',
  'version.created': (entry) => `created ${number(entry)}`,
  'version.updated': (entry) => `edited ${number(entry)}`,
  'version.deleted': (entry) => `deleted draft ${number(entry)}`,
  'version.promoted': (entry, detail) => {
    if (detail('to') === 'stable') return `marked ${number(entry)} stable`;
    const replaced = detail('replaced');
    return `made ${number(entry)} live${replaced === '' ? '' : `, in place of version ${replaced}`}`;
  },
  'version.demoted': (entry) => `took ${number(entry)} out of live`,
  'version.archived': (entry) => `archived ${number(entry)}`,
  'version.duplicated': (entry, detail) => `made ${number(entry)} from version ${detail('from')}`,
  'tag.set': (entry, detail) =>
    detail('from') === ''
      ? `put the tag “${detail('tag')}” on ${number(entry)}`
      : `moved the tag “${detail('tag')}” from version ${detail('from')} to ${number(entry)}`,
  'tag.removed': (entry, detail) => `removed the tag “${detail('tag')}” from ${number(entry)}`,
  'payload.created': (_entry, detail) => `saved the payload ${named(detail('name'))}`,
  'payload.updated': (_entry, detail) => `changed the payload ${named(detail('name'))}`,
  'payload.deleted': () => 'deleted a payload',
};

function named(name: string): string {
  return name === '' ? 'without a name' : `“${name}”`;
}

/** Without the actor. An action that is not known is told by its own name. */
export function auditSentence(entry: Entry): string {
  const detail = (name: string) => String(entry.details[name] ?? '');
  return sentences[entry.action]?.(entry, detail) ?? entry.action;
}

export interface AuditGroup {
  /** The newest entry. */
  readonly entry: Entry;
  /** How many entries of the same kind, by the same person, stand behind it without a break. */
  readonly count: number;
}

/** Autosaves of one draft by one person, one after another, count as one line. */
export function groupedAudit(entries: readonly Entry[]): readonly AuditGroup[] {
  const groups: { entry: Entry; count: number }[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last !== undefined && entry.action === 'version.updated' && isAlike(last.entry, entry)) last.count++;
    else groups.push({ entry, count: 1 });
  }
  return groups;
}

function isAlike(one: Entry, other: Entry): boolean {
  return (
    one.action === other.action &&
    one.version === other.version &&
    one.actor.user_id === other.actor.user_id &&
    one.actor.api_key_id === other.actor.api_key_id
  );
}
