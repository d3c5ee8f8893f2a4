/**
 * The text of a state file, the same for all SDKs: the frames of what is held, and the programs that were fetched one by one. What another process wrote is
 * looked at piece by piece.
 */
import { Replica, readStateFile, type StateFileOwner, stateFileLines } from '@px0/delivery';
import { isObject, isTextList, isVersionNumber, parseObject } from './json.ts';
import type { Kept } from './kept-programs.ts';
import { isPlain, programIn } from './program.ts';

/** What earlier versions of this package wrote; it is still read. */
const EARLIER_KIND = 'px0/snapshot/v1';

export interface State {
  /** Undefined where no delivery is held. */
  readonly replica: Replica | undefined;
  /** When px0 confirmed it last, in milliseconds since 1970. */
  readonly savedAt: number;
  readonly kept: readonly Kept[];
}

/** The lines of a file. The state must not change while they are taken. */
export function* writeState(
  { replica, savedAt, kept }: State,
  owner: StateFileOwner,
): Generator<string, void> {
  yield* stateFileLines(replica ?? new Replica(), { ...owner, savedAt });
  for (const entry of kept) yield `${JSON.stringify({ type: 'kept', ...entryOf(entry) })}\n`;
}

/** What a file holds, or the end of a sentence that says why it is not used. */
export function readState(lines: readonly string[], owner: StateFileOwner): State | string {
  // The earlier form is one document, and has no type.
  const isOfLines = parseObject(lines[0] ?? '')?.['type'] !== undefined;
  if (!isOfLines) return readEarlier(lines.join('\n'), owner);
  const read = readStateFile(lines, owner);
  if (typeof read === 'string') return read;
  const { replica, savedAt, kept } = read;
  return { replica: replica.isSynced ? replica : undefined, savedAt, kept: entriesOf(kept) };
}

function readEarlier(text: string, { host }: StateFileOwner): State | string {
  const document = parseObject(text);
  if (document?.['kind'] !== EARLIER_KIND) return 'is no px0 state file';
  // Which one is not repeated: an address may hold a password.
  if (document['host'] !== host) return 'belongs to another host';
  const { entries } = document;
  if (!Array.isArray(entries)) return 'has no entries';
  return { replica: undefined, savedAt: 0, kept: entriesOf(entries) };
}

function entriesOf(entries: readonly unknown[]): Kept[] {
  return entries.flatMap((entry) => readEntry(entry) ?? []);
}

function entryOf(kept: Kept): object {
  return {
    team_id: kept.teamId,
    slug: kept.slug,
    ref: kept.ref,
    version: kept.version,
    tags: kept.tags,
    // For earlier versions of this package: they know no other program than a text.
    template: kept.program.template,
    ...(!isPlain(kept.program) && { program: kept.program }),
    ...(kept.contract !== undefined && { contract: kept.contract }),
    revision: kept.revision,
    confirmed_at: new Date(kept.confirmedAt).toISOString(),
    fetched_at: new Date(kept.fetchedAt).toISOString(),
    ...(kept.promptId !== null && { prompt_id: kept.promptId }),
  };
}

function readEntry(entry: unknown): Kept | undefined {
  if (!isObject(entry)) return undefined;
  const { team_id, slug, ref, version, tags, template, revision, contract, prompt_id = null } = entry;
  // The template is all of it for a text without a configuration, and for earlier versions of this package.
  const program = programIn(entry['program'] ?? { template });
  const confirmedAt = timeOf(entry['confirmed_at']);
  const fetchedAt = timeOf(entry['fetched_at']);
  const isWhole =
    isTextOrNull(team_id) &&
    typeof slug === 'string' &&
    isTextOrNull(ref) &&
    isVersionNumber(version) &&
    isTextList(tags) &&
    typeof template === 'string' &&
    isTextOrNull(revision) &&
    isTextOrNull(prompt_id);
  if (!isWhole || program === undefined || confirmedAt === undefined || fetchedAt === undefined)
    return undefined;
  return {
    teamId: team_id,
    slug,
    ref,
    version,
    tags,
    program,
    contract: typeof contract === 'string' ? contract : undefined,
    promptId: prompt_id,
    revision,
    confirmedAt,
    fetchedAt,
    origin: 'snapshot',
    mayBeFresh: false,
  };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
