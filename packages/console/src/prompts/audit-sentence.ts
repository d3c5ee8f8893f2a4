/** Turns an entry of a prompt's audit log into the end of a sentence: "Ada" + "made version 3 live". */
import type { Wire } from '@px0/contracts';

type Entry = Wire<'PromptAuditEntry'>;
type Tell = (entry: Pick<Entry, 'version'>, detail: (name: string) => string) => string;

const number = ({ version }: Pick<Entry, 'version'>) => `version ${version ?? '?'}`;

const sentences: { readonly [action: string]: Tell } = {
  'prompt.created': () => 'created the prompt',
  'prompt.updated': () => 'changed the description',
  'prompt.patched': (_entry, detail) => {
    const contract = detail('contract_to');
    // A prompt may leave its folder, so only a difference tells that the folder changed.
    const isMoved = contract === '' || detail('folder_to') !== detail('folder_from');
    return [
      ...(isMoved ? [moved(detail('folder_to'))] : []),
      ...(contract === '' ? [] : [`set the input contract to “${contract}”`]),
    ].join(' and ');
  },
  'prompt.archived': () => 'archived the prompt',
  'prompt.restored': () => 'restored the prompt',
  'prompt.moved_out': () => 'moved the prompt to another team',
  'prompt.moved_in': () => 'moved the prompt into this team',
  'version.created': (entry) => `created ${number(entry)}`,
  'version.updated': (entry) => `edited ${number(entry)}`,
  'version.deleted': (entry) => `deleted draft ${number(entry)}`,
  'version.promoted': (entry, detail) => {
    if (detail('to') === 'stable') return `marked ${number(entry)} stable`;
    const replaced = detail('replaced');
    const allowed = detail('allowed') === 'contract_break' ? ', and allowed it to break the contract' : '';
    const again = detail('rollback') === 'true' ? ' again' : '';
    return `made ${number(entry)} live${again}${replaced === '' ? '' : `, replacing version ${replaced}`}${allowed}`;
  },
  'version.demoted': (entry) => `demoted ${number(entry)} to stable`,
  'version.archived': (entry) => `archived ${number(entry)}`,
  'version.duplicated': (entry, detail) => `copied version ${detail('from')} to ${number(entry)}`,
  'tag.set': (entry, detail) =>
    detail('from') === ''
      ? `added the tag “${detail('tag')}” to ${number(entry)}`
      : `moved the tag “${detail('tag')}” from version ${detail('from')} to ${number(entry)}`,
  'tag.removed': (entry, detail) => `removed the tag “${detail('tag')}” from ${number(entry)}`,
  'payload.created': (_entry, detail) => `saved ${payload(detail('name'))}`,
  'payload.updated': (_entry, detail) => `changed ${payload(detail('name'))}`,
  'payload.deleted': () => 'deleted a payload',
  'check.posted': (entry, detail) => `said of ${number(entry)}: ${detail('name')} is ${detail('state')}`,
  'payload.snapshot_accepted': (entry, detail) =>
    `accepted the output of ${number(entry)} for ${payload(detail('name'))}`,
  'policy.broken': () => 'made a change against a policy',
  'change_request.opened': (_entry, detail) => `proposed a change${requestNumber(detail)}`,
  'change_request.reviewed': (_entry, detail) =>
    `${detail('verdict') === 'approve' ? 'approved' : 'reviewed'} a change request${requestNumber(detail)}`,
  'change_request.review_dismissed': (_entry, detail) =>
    `dismissed a review of a change request${requestNumber(detail)}`,
  'change_request.commented': (_entry, detail) => `commented on a change request${requestNumber(detail)}`,
  'change_request.applied': (_entry, detail) => `applied a change request${requestNumber(detail)}`,
  'change_request.closed': (_entry, detail) =>
    detail('state') === 'obsolete'
      ? `made a change request${requestNumber(detail)} obsolete`
      : `closed a change request${requestNumber(detail)}`,
  'change_request.voided': (_entry, detail) =>
    `made reviews of a change request${requestNumber(detail)} count no longer`,
  'change_request.acknowledged': () => 'acknowledged a change against a policy',
};

function requestNumber(detail: (name: string) => string): string {
  return detail('number') === '' ? '' : ` (#${detail('number')})`;
}

function moved(folder: string): string {
  return folder === ''
    ? 'moved the prompt out of its folder'
    : `moved the prompt into the folder “${folder}”`;
}

function payload(name: string): string {
  return name === '' ? 'an unnamed payload' : `the payload “${name}”`;
}

/** The sentence without the actor. An unknown action shows its own name. */
export function auditSentence(entry: Pick<Entry, 'action' | 'version' | 'details'>): string {
  const detail = (name: string) => String(entry.details[name] ?? '');
  return sentences[entry.action]?.(entry, detail) ?? entry.action;
}

type LastChange = NonNullable<NonNullable<Wire<'Prompt'>['summary']>['last_change']>;

/** The sentences of changes that a list of prompts knows no details of. */
const briefSentences: { readonly [action: string]: (version: string) => string } = {
  'prompt.patched': () => 'changed the folder or the input contract',
  'version.duplicated': (version) => `copied a version to ${version}`,
  'tag.set': (version) => `tagged ${version}`,
  'tag.removed': (version) => `removed a tag from ${version}`,
  'payload.created': () => 'saved a payload',
  'payload.updated': () => 'changed a payload',
};

/** The last change of a prompt, without the actor. If a promoted version is live now, its promotion made it live. */
export function changeSentence(
  change: Pick<LastChange, 'action' | 'version'>,
  liveVersion: number | null,
): string {
  const to = change.version === liveVersion ? 'live' : 'stable';
  return (
    briefSentences[change.action]?.(number(change)) ??
    auditSentence({ ...change, details: change.action === 'version.promoted' ? { to } : {} })
  );
}

export interface AuditGroup {
  /** The newest entry. */
  readonly entry: Entry;
  /** How many consecutive entries of the same kind and person it stands for. */
  readonly count: number;
}

/** Merges consecutive autosaves of one draft by one person into one group. */
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
