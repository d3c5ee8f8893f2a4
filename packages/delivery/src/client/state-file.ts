/** What a client holds, as the lines of a file: the same frames, behind a line that says whose they are. Never a credential. */
import { isObject } from '../frames/json.ts';
import { FrameError, frameOf } from '../frames/read-frame.ts';
import { Replica } from './replica.ts';
import { appliesToTransfer, transferLines } from './transfer.ts';

const VERSION = 2;

export interface StateFile {
  readonly replica: Replica;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** Lines of other kinds, as they were parsed. */
  readonly kept: readonly unknown[];
}

export interface StateFileOwner {
  /** Without a trailing slash. */
  readonly host: string;
  readonly slugs: readonly string[] | undefined;
}

/** What a file holds, or the end of a sentence that says why it is not used. */
export function readStateFile(lines: Iterable<string>, { host, slugs }: StateFileOwner): StateFile | string {
  let savedAt: number | undefined;
  let isOfSameSlugs = true;
  const kept: unknown[] = [];
  const replica = new Replica();
  try {
    for (const line of lines) {
      if (line.trim() === '') continue;
      const value: unknown = JSON.parse(line);
      if (!isObject(value)) return 'is damaged';
      if (savedAt === undefined) {
        if (value['type'] !== 'state' || value['version'] !== VERSION) return 'is no px0 state file';
        // Which one is not repeated: an address may hold a password.
        if (value['host'] !== host) return 'belongs to another host';
        savedAt = timeOf(value['saved_at']);
        isOfSameSlugs = JSON.stringify(value['slugs'] ?? null) === JSON.stringify(slugs ?? null);
      } else if (value['type'] === 'kept') kept.push(value);
      else if (!appliesToTransfer(replica, frameOf(value))) return 'is damaged';
    }
  } catch (error) {
    if (error instanceof FrameError || error instanceof SyntaxError) return 'is damaged';
    throw error;
  }
  if (savedAt === undefined) return 'is empty';
  if (replica.isInTransfer) return 'is damaged';
  // Others lack prompts that were not asked for then, so there is nothing to resume from.
  if (!isOfSameSlugs) replica.forgetLast();
  return { replica, savedAt, kept };
}

/** The lines of a file. `kept`: of other kinds, to be put behind. */
export function* stateFileLines(
  replica: Replica,
  { host, slugs, savedAt }: StateFileOwner & { readonly savedAt: number },
): Generator<string, void> {
  const { last } = replica;
  const header = {
    type: 'state',
    version: VERSION,
    host,
    saved_at: new Date(savedAt).toISOString(),
    revision: last ?? null,
    slugs: slugs ?? null,
  };
  yield `${JSON.stringify(header)}\n`;
  yield* transferLines(replica);
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? 0 : time;
}
