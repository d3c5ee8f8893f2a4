/** The text of a snapshot file, the same for all SDKs: decision 090. What another process wrote is looked at piece by piece. */
import { isObject, isTextList, isVersionNumber, parseObject } from './json.ts';
import type { Kept } from './kept-programs.ts';
import { isPlain, programIn } from './program.ts';

const KIND = 'px0/snapshot/v1';

export function writeSnapshot(host: string, entries: readonly Kept[], now = Date.now()): string {
  const document = {
    kind: KIND,
    host,
    saved_at: new Date(now).toISOString(),
    entries: entries.map((kept) => ({
      team_id: kept.teamId,
      slug: kept.slug,
      ref: kept.ref,
      version: kept.version,
      tags: kept.tags,
      // For earlier versions of this package: they know no other program than a text.
      template: kept.program.template,
      ...(!isPlain(kept.program) && { program: kept.program }),
      revision: kept.revision,
      confirmed_at: new Date(kept.confirmedAt).toISOString(),
      fetched_at: new Date(kept.fetchedAt).toISOString(),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The entries of a snapshot of this host, or a sentence that says why it is not used. */
export function readSnapshot(text: string, host: string): readonly Kept[] | string {
  const document = parseObject(text);
  if (document?.['kind'] !== KIND) return `is no ${KIND}`;
  // Which one is not repeated: an address may hold a password.
  if (document['host'] !== host) return 'belongs to another host';
  const { entries } = document;
  if (!Array.isArray(entries)) return 'has no entries';
  return entries.flatMap((entry) => readEntry(entry) ?? []);
}

function readEntry(entry: unknown): Kept | undefined {
  if (!isObject(entry)) return undefined;
  const { team_id, slug, ref, version, tags, template, revision } = entry;
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
    isTextOrNull(revision);
  if (!isWhole || program === undefined || confirmedAt === undefined || fetchedAt === undefined)
    return undefined;
  return {
    teamId: team_id,
    slug,
    ref,
    version,
    tags,
    program,
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
