/** What was said, without what every px0 has of its own: ids, revisions, fingerprints and times. */
import {
  asEvent,
  asLine,
  type DeliveredPrompt,
  EventReader,
  type Frame,
  LineReader,
  readFrame,
} from '@px0/delivery';
import type { Piece } from '@px0/delivery/scenarios';

/** What the ids and revisions of one side are called; those of the real service are called what they are. */
export interface Names {
  team(id: string): string;
  prompt(id: string): string;
  revision(revision: string): string;
}

export const asItIs: Names = { team: (id) => id, prompt: (id) => id, revision: (revision) => revision };

/** A frame that can be compared. */
export function told(frame: Frame, { team, prompt, revision }: Names): Readonly<Record<string, unknown>> {
  switch (frame.type) {
    case 'hello':
      return { type: 'hello', protocol: frame.protocol, resumed: frame.resumed, stale: frame.stale };
    case 'begin':
      return {
        type: 'begin',
        team: team(frame.team_id),
        base: frame.base === null ? null : revision(frame.base),
      };
    case 'put':
      return { type: 'put', team: team(frame.team_id), prompt: promptTold(frame.prompt, prompt) };
    case 'delete':
      return { type: 'delete', team: team(frame.team_id), prompt: prompt(frame.prompt_id) };
    case 'drop':
      return { type: 'drop', team: team(frame.team_id) };
    case 'mark': {
      const teams = frame.teams.map(({ team_id, count }) => [team(team_id), count]);
      return { type: 'mark', teams: Object.fromEntries(teams.toSorted()) };
    }
    case 'sync': {
      const { count, key_expires_at, teams } = frame;
      return { type: 'sync', count, key_expires_at, teams: teams.map(({ team_id }) => team(team_id)).sort() };
    }
    case 'heartbeat':
      return { type: 'heartbeat', count: frame.count, stale: frame.stale };
    case 'goaway':
      // The times are the process's settings.
      return { type: 'goaway', reason: frame.reason };
    default:
      return { ...frame };
  }
}

function promptTold({ etag: _, id, ...rest }: DeliveredPrompt, name: Names['prompt']): unknown {
  return sorted({ id: name(id), ...rest });
}

/** The same whatever the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]) => [key, sorted(one)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The frames of a scenario's bytes. They must be written as px0 writes them, wherever they are cut. */
export class PieceReader {
  readonly #events = new EventReader();
  readonly #lines = new LineReader();
  readonly #isStream: boolean;
  #unread = '';

  constructor(isStream: boolean) {
    this.#isStream = isStream;
  }

  /** @throws Error for what px0 does not write */
  read(pieces: readonly Piece[]): Frame[] {
    const frames: Frame[] = [];
    for (const piece of pieces) {
      const bytes = bytesOf(piece);
      this.#unread += bytes.toString('latin1');
      for (const line of this.#isStream ? this.#events.read(bytes) : this.#lines.read(bytes)) {
        const frame = readFrame(typeof line === 'string' ? line : line.data);
        if (frame === undefined) throw new Error('px0 has no such frame');
        const text = Buffer.from(this.#isStream ? asEvent(frame) : asLine(frame)).toString('latin1');
        if (!this.#unread.startsWith(text)) throw new Error(`px0 would write ${text}`);
        this.#unread = this.#unread.slice(text.length);
        frames.push(frame);
      }
    }
    const start = this.#isStream ? 'event: ' : '{"type":';
    if (!start.startsWith(this.#unread.slice(0, start.length)))
      throw new Error(`px0 does not write ${this.#unread}`);
    return frames;
  }
}

function bytesOf(piece: Piece): Buffer {
  if (typeof piece === 'string') return Buffer.from(piece);
  if ('base64' in piece) return Buffer.from(piece.base64, 'base64');
  return Buffer.from(piece.repeat.repeat(piece.times));
}
