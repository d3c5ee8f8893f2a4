/**
 * Brings one client up to date: whole teams, or what has changed since a position. It goes along the teams' logs while they go on growing, and closes at
 * a moment at which nothing is left, so that what it sends adds up however long it takes.
 */
import { asEvent, type SyncFrame } from '@px0/delivery/server';
import { changedAfter, selected } from '../view/audience.ts';
import type { DeliveredTeam } from '../view/delivered-team.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import type { Audience } from './audiences.ts';
import type { Connection } from './connection.ts';
import { Piece, type SharedPieces } from './piece.ts';
import { putEvent, type Runs } from './runs.ts';

/** Departures that are looked at in one step. */
const MOST_DELETIONS = 200;

export interface TransferOptions {
  readonly view: DeliveryView;
  readonly runs: Runs;
  readonly pieces: SharedPieces;
  readonly pieceLength: number;
  readonly connection: Connection;
}

/** What is to be written next. `closes`: with it, the client is up to date. */
export interface Step {
  readonly piece: Piece;
  readonly closes: boolean;
}

export class Transfer {
  readonly #on: TransferOptions;
  /** Undefined when the client has nothing. */
  readonly #base: number | undefined;
  readonly #baseRevision: string;
  readonly #epoch: string | undefined;
  /** Teams that are sent whole, though there is a base. */
  readonly #gained: ReadonlySet<string>;
  /** How far each team has been sent. */
  readonly #sent = new Map<string, number>();
  readonly #begun = new Set<string>();
  #departed: number;
  /** The team that is looked at next; thousands are not gone through from the first one for each piece. */
  #at = 0;

  constructor(options: TransferOptions) {
    const { view, connection } = options;
    this.#on = options;
    this.#base = connection.position;
    this.#baseRevision = view.revisionAt(connection.position ?? 0);
    this.#epoch = view.epoch;
    this.#gained = new Set(connection.gained);
    connection.gained.clear();
    this.#departed = this.#base === undefined ? view.departures.last : view.departures.ordinalAt(this.#base);
  }

  /** The next piece, or undefined when the position means nothing any more, since a new epoch has begun. */
  next(): Step | undefined {
    const { view, connection } = this.#on;
    if (this.#epoch !== view.epoch) return undefined;
    const { audience } = connection.seat;
    const { teamIds } = audience;
    // All that were sent before may have grown, so a whole round without anything is the end.
    for (let looked = 0; looked < teamIds.length; looked += 1) {
      const team = view.team(teamIds[this.#at % teamIds.length] ?? '');
      const piece = team === undefined ? undefined : this.#ofTeam(team, audience);
      if (piece !== undefined) return { piece, closes: false };
      this.#at += 1;
    }
    const deletions = this.#deletions(audience);
    if (this.#departed < view.departures.last) return { piece: new Piece(deletions), closes: false };
    return { piece: this.#on.pieces.of(deletions + asEvent(this.#sync(audience))), closes: true };
  }

  #isWhole(teamId: string): boolean {
    return this.#base === undefined || this.#gained.has(teamId);
  }

  #ofTeam(team: DeliveredTeam, audience: Audience): Piece | undefined {
    const isWhole = this.#isWhole(team.id);
    const from = this.#sent.get(team.id) ?? (isWhole ? 0 : team.ordinalAt(this.#base ?? 0));
    const isBegun = this.#begun.has(team.id);
    if (from >= team.lastOrdinal && (isBegun || !isWhole)) return undefined;
    if (!audience.isOfWholeTeams) return this.#ofSome(team, audience, from);
    const run = this.#on.runs.next(team, from, isBegun ? '' : this.#beginEvent(team.id), isWhole);
    if (run !== undefined) this.#begun.add(team.id);
    this.#sent.set(team.id, run?.ordinal ?? team.lastOrdinal);
    return run?.piece;
  }

  /** Some prompts of a team: they are this client's alone. */
  #ofSome(team: DeliveredTeam, audience: Audience, from: number): Piece | undefined {
    let text = this.#isWhole(team.id) ? this.#begin(team.id) : '';
    let sent = team.lastOrdinal;
    for (const entry of changedAfter(team, audience, from)) {
      if (text.length >= this.#on.pieceLength) {
        sent = team.ordinalOf(entry) - 1;
        break;
      }
      const shown = selected(audience, entry);
      if (shown !== undefined) text += this.#begin(team.id) + putEvent(shown, team.revision);
    }
    this.#sent.set(team.id, sent);
    return text === '' ? undefined : new Piece(text);
  }

  /** Opens the team if it is not open. */
  #begin(teamId: string): string {
    if (this.#begun.has(teamId)) return '';
    this.#begun.add(teamId);
    return this.#beginEvent(teamId);
  }

  #beginEvent(teamId: string): string {
    return asEvent({
      type: 'begin',
      team_id: teamId,
      base: this.#isWhole(teamId) ? null : this.#baseRevision,
    });
  }

  /** Behind all that was put: what has moved is nowhere missing in between. */
  #deletions(audience: Audience): string {
    const { view } = this.#on;
    let text = '';
    const departed = view.departed(this.#departed, audience.list.set, MOST_DELETIONS);
    for (const { teamId, promptId, sequence } of departed) {
      const revision = view.revisionAt(sequence);
      text +=
        this.#begin(teamId) + asEvent({ type: 'delete', team_id: teamId, revision, prompt_id: promptId });
    }
    this.#departed = Math.min(view.departures.last, this.#departed + MOST_DELETIONS);
    return text;
  }

  #sync(audience: Audience): SyncFrame {
    return syncOf(this.#on.view, audience, this.#on.connection.seat.keyEnd);
  }
}

/** What closes a transfer: everything that the audience has now. */
export function syncOf(view: DeliveryView, audience: Audience, keyEnd: string | null): SyncFrame {
  const { text: digest, count } = audience.digest;
  return {
    type: 'sync',
    revision: view.revisionAt(view.watermark),
    digest,
    count,
    key_expires_at: keyEnd,
    teams: audience.teamIds.map((team_id) => ({ team_id, revision: audience.revisionOf(team_id) })),
  };
}
