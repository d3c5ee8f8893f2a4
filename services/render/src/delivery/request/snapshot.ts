/** Answers with everything that is delivered to a caller, or with what has changed since a revision: one frame per line. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { PassThrough, type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { asLine, Digest } from '@px0/delivery/server';
import { encodeToken, revisionHeaders } from '@px0/event-bus';
import { ownerOf } from '../stream/subscriptions.ts';
import { changedAfter, digestOf, isOfWholeTeams, type Selection, selected } from '../view/audience.ts';
import type { DeliveredEntry } from '../view/delivered-entry.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import { Slices } from '../view/slices.ts';
import { type Admission, type DeliveryPrincipal, selectionOf } from './admission.ts';

/** Lines are gathered to pieces of about this many characters. */
const PIECE = 64 * 1024;
/** A client that takes nothing for so long is gone. */
const PATIENCE_MS = 60_000;

interface TeamPart {
  readonly teamId: string;
  readonly revision: string;
  /** Undefined where nothing has changed. */
  readonly changed: readonly DeliveredEntry[] | undefined;
}

/** Changes whenever anything that is delivered does, and is the same in every process. */
export function etagOf({ text, count }: Digest): string {
  return `"${text}.${count}"`;
}

/** The digest of all that would be in a snapshot; the teams are ready. */
export function digestOfAll(view: DeliveryView, admission: Admission): Digest {
  const selection = selectionOf(admission);
  const all = new Digest();
  for (const teamId of selection.teamIds) {
    const team = view.team(teamId);
    if (team !== undefined) all.addAll(digestOf(team, selection));
  }
  return all;
}

/** A snapshot as it was at one moment. Entries do not change, so the lines can be made while the client reads. */
export class Snapshot {
  readonly #base: string | null;
  readonly #teams: readonly TeamPart[];
  readonly #departures: readonly {
    readonly teamId: string;
    readonly promptId: string;
    readonly revision: string;
  }[];
  readonly #digest: Digest;
  readonly #keyEnd: string | null;
  readonly #selection: Selection;
  readonly revision: string;

  /** All of the admission's teams are ready. */
  constructor(view: DeliveryView, admission: Admission, keyEnd: string | null) {
    const { teamIds, since } = admission;
    const selection = selectionOf(admission);
    this.#selection = selection;
    this.#keyEnd = keyEnd;
    this.revision = view.revisionAt(view.watermark);
    this.#digest = digestOfAll(view, admission);
    const base = since !== undefined && view.isOfThisEpoch(since) ? since : undefined;
    this.#base = base === undefined ? null : encodeToken(base);
    const departures =
      base === undefined ? [] : view.departed(view.departures.ordinalAt(base.sequence), new Set(teamIds));
    const left = new Set(departures.map(({ teamId }) => teamId));
    this.#departures = departures.map(({ teamId, promptId, sequence }) => ({
      teamId,
      promptId,
      revision: view.revisionAt(sequence),
    }));
    this.#teams = teamIds.flatMap((teamId): TeamPart[] => {
      const team = view.team(teamId);
      if (team === undefined) return [];
      const from = base === undefined ? 0 : team.ordinalAt(base.sequence);
      const entries = [...changedAfter(team, selection, from)];
      const isUnchanged = base !== undefined && entries.length === 0 && !left.has(teamId);
      return [{ teamId, revision: team.revision, changed: isUnchanged ? undefined : entries }];
    });
  }

  get etag(): string {
    return etagOf(this.#digest);
  }

  *lines(): Generator<string, void> {
    const isWhole = isOfWholeTeams(this.#selection);
    for (const { teamId, revision, changed } of this.#teams) {
      if (changed === undefined) continue;
      yield asLine({ type: 'begin', team_id: teamId, base: this.#base });
      for (const entry of changed) {
        const shown = isWhole ? entry : selected(this.#selection, entry);
        if (shown === undefined) continue;
        yield `{"type":"put","team_id":"${teamId}","revision":"${revision}","prompt":${shown.json()}}\n`;
      }
    }
    // Behind all that was put: what has moved is nowhere missing in between.
    for (const { teamId, promptId, revision } of this.#departures)
      yield asLine({ type: 'delete', team_id: teamId, revision, prompt_id: promptId });
    yield asLine({
      type: 'sync',
      revision: this.revision,
      digest: this.#digest.text,
      count: this.#digest.count,
      key_expires_at: this.#keyEnd,
      teams: this.#teams.map(({ teamId, revision }) => ({ team_id: teamId, revision })),
    });
  }

  /** Sends the lines; settles when all are sent, or the client has gone. */
  async send(res: ServerResponse, isGzip: boolean): Promise<void> {
    const to: Writable = isGzip ? createGzip({ level: 1 }) : new PassThrough();
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    to.once('error', () => gone.abort());
    to.pipe(res);
    res.setTimeout(PATIENCE_MS, () => res.destroy());
    try {
      await this.#write(to, gone.signal);
      to.end();
      await once(res, 'finish', { signal: gone.signal });
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    } finally {
      to.destroy();
    }
  }

  async #write(to: Writable, signal: AbortSignal): Promise<void> {
    const slices = new Slices();
    let piece = '';
    for (const line of this.lines()) {
      signal.throwIfAborted();
      piece += line;
      if (piece.length >= PIECE) {
        const hasRoom = to.write(piece);
        piece = '';
        if (!hasRoom) await once(to, 'drain', { signal });
      }
      if (slices.isOver) await slices.others();
    }
    signal.throwIfAborted();
    to.write(piece);
  }
}

/** The headers of a snapshot. */
export function snapshotHeaders(
  { etag, revision }: Pick<Snapshot, 'etag' | 'revision'>,
  { principal, isStale }: Admission,
): Record<string, string> {
  return {
    'Cache-Control': 'private, no-cache, no-transform',
    Vary: 'Authorization, Accept-Encoding',
    ETag: etag,
    [revisionHeaders.revision]: revision,
    ...ownerHeaders(principal),
    ...(isStale ? { [revisionHeaders.stale]: 'true' } : {}),
  };
}

/** For the gateway, which bounds what the keys of one organization, or one person, take of it. */
export function ownerHeaders(principal: DeliveryPrincipal): Record<string, string> {
  return { 'X-Px0-Stream-Owner': ownerOf(principal) };
}
