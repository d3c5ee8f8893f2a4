/**
 * The bytes of many prompts in a row, for transfers. Clients that are sent a whole team are sent the same rows, so a row that was compressed for one is
 * kept for the others, within a bound.
 */
import { LRUCache } from 'lru-cache';
import type { DeliveredEntry } from '../view/delivered-entry.ts';
import type { DeliveredTeam } from '../view/delivered-team.ts';
import { type Piece, PieceWriter } from './piece.ts';

/** A run or a piece of a transfer ends with the prompt that makes it this long, in bytes. Compressing costs the less per byte the longer they are. */
export const PIECE_LENGTH = 96 * 1024;
/** What a kept run takes besides its bytes. */
const RUN_COST = 512;

export interface Run {
  readonly piece: Piece;
  /** The number of the last entry in it. */
  readonly ordinal: number;
}

interface Kept extends Run {
  readonly entries: readonly DeliveredEntry[];
}

export class Runs {
  readonly #kept: LRUCache<string, Kept>;

  readonly #length: number;
  readonly #writer = new PieceWriter();

  /** `length`: of a run, in bytes. */
  constructor(maxBytes: number, length: number) {
    this.#length = length;
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ piece, entries }) => RUN_COST + piece.pack() + entries.length * 8,
    });
  }

  /**
   * The prompts after the one with that number, as far as a run goes, and before them the event `begin`, if there is one. Undefined at the end of the
   * team, unless `begin` is to be said all the same.
   */
  next(team: DeliveredTeam, ordinal: number, begin: string, isWhole: boolean): Run | undefined {
    const key = `${team.id}.${ordinal}.${begin}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && isStill(kept, team, ordinal)) return kept;
    const run = this.#make(team, ordinal, begin, isWhole);
    if (run !== undefined && !run.piece.isLarge) this.#kept.set(key, run);
    return run;
  }

  #make(team: DeliveredTeam, ordinal: number, begin: string, isWhole: boolean): Kept | undefined {
    const entries: DeliveredEntry[] = [];
    // Whatever became of the run before.
    this.#writer.clear();
    this.#writer.write(begin);
    for (const entry of team.allAfter(ordinal)) {
      if (entries.length > 0 && this.#writer.length >= this.#length) break;
      entries.push(entry);
      this.#writer.write(putEvent(entry, team.revision));
    }
    const last = entries.at(-1);
    if (last === undefined && (begin === '' || !isWhole)) return undefined;
    return {
      piece: this.#writer.take(),
      entries,
      ordinal: last === undefined ? team.lastOrdinal : team.ordinalOf(last),
    };
  }
}

/** Whether the same entries still stand there. One that has changed stands elsewhere. */
function isStill({ entries }: Kept, team: DeliveredTeam, ordinal: number): boolean {
  let place = 0;
  for (const entry of team.allAfter(ordinal)) {
    if (place === entries.length) return true;
    if (entry !== entries[place]) return false;
    place += 1;
  }
  return place === entries.length;
}

/** The event that puts a prompt. */
export function putEvent(entry: DeliveredEntry, revision: string): string {
  const { teamId } = entry.prompt;
  return `event: put\ndata: {"type":"put","team_id":"${teamId}","revision":"${revision}","prompt":${entry.json()}}\n\n`;
}
