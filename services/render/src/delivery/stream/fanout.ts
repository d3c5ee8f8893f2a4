/**
 * Tells listeners what changes. A pass writes one batch to everybody whom it concerns, in slices, as shared bytes; who does not keep up is passed over and
 * later sent the difference.
 * See docs/decisions/174-streams.md.
 */
import { asEvent, type MarkFrame } from '@px0/delivery/server';
import type { Logger } from '@px0/service-kit';
import type { Batch } from '../view/batch.ts';
import type { DeliveredEntry } from '../view/delivered-entry.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import { Slices } from '../view/slices.ts';
import { type Audience, Audiences, type ShownTeam } from './audiences.ts';
import type { Connection } from './connection.ts';
import { Piece, SharedPieces, storedPiece } from './piece.ts';
import { PIECE_LENGTH, putEvent, Runs } from './runs.ts';
import { syncOf, Transfer } from './transfer.ts';
import { TransferQueue, type Turn } from './transfer-queue.ts';

export interface FanoutOptions {
  readonly view: DeliveryView;
  readonly cacheBytes: number;
  /** Of transfers, in characters. */
  readonly pieceLength?: number;
  readonly logger: Logger;
}

/** Plain numbers, which observers read. */
export interface FanoutCounts {
  readonly frames: Record<'put' | 'delete' | 'mark' | 'sync' | 'heartbeat', number>;
  /** Times that a connection was passed over. */
  behind: number;
  transfers: number;
  sentBytes: number;
}

/** How long a pass took, and how old its earliest event is at its end. */
export interface PassTimes {
  readonly passMs: number;
  readonly lagMs: number;
}

/** What the audiences of one batch have in common. */
interface Making {
  readonly shared: Map<string, Piece>;
  readonly events: Map<DeliveredEntry, string>;
  readonly slices: Slices;
}

export class Fanout {
  readonly audiences: Audiences<Connection>;
  readonly queue = new TransferQueue();
  readonly pieces = new SharedPieces();
  readonly counts: FanoutCounts = {
    frames: { put: 0, delete: 0, mark: 0, sync: 0, heartbeat: 0 },
    behind: 0,
    transfers: 0,
    sentBytes: 0,
  };
  /** Called after each pass. */
  onPass: (times: PassTimes) => void = () => undefined;
  readonly #options: FanoutOptions;
  readonly #runs: Runs;
  readonly #pieceLength: number;
  /** Rises with each batch. A connection of a lower one that is concerned has not been shown the batch yet. */
  #pass = 0;
  /** Those that the batch under way concerns. */
  #concerned: ReadonlySet<Audience<Connection>> = new Set();

  constructor(options: FanoutOptions) {
    this.#options = options;
    this.audiences = new Audiences(options.view);
    this.#pieceLength = options.pieceLength ?? PIECE_LENGTH;
    this.#runs = new Runs(options.cacheBytes, this.#pieceLength);
  }

  /** Shows a batch, which the view has just taken over, to everybody whom it concerns. */
  readonly deliver = async (batch: Batch): Promise<void> => {
    const began = performance.now();
    const concerned = this.audiences.concernedBy(batch);
    if (concerned.length === 0) return;
    this.#pass += 1;
    this.#concerned = new Set(concerned);
    for (const audience of concerned) audience.expect(batch);
    const slices = new Slices();
    const shared = new Map<string, Piece>();
    const events = new Map<DeliveredEntry, string>();
    for (const audience of concerned) {
      const pieces = await this.#piecesFor(audience, batch, { shared, events, slices });
      if (slices.isOver) await slices.others();
      if (pieces.length === 0) continue;
      for (const connection of audience.connections) {
        this.#show(connection, pieces, batch.sequence);
        if (slices.isOver) await slices.others();
      }
    }
    this.#concerned = new Set();
    this.onPass({ passMs: performance.now() - began, lagMs: Math.max(0, Date.now() - batch.since) });
  };

  /** Whether the connection has been shown everything that the view holds. */
  isUpToDate(connection: Connection): boolean {
    if (connection.state !== 'current') return false;
    return connection.pass >= this.#pass || !this.#concerned.has(connection.seat.audience);
  }

  /** Gives a connection its subscription's audience. One that lacks something is sent it, when it has room and its turn comes. */
  join(connection: Connection): void {
    connection.seat.audience.connections.add(connection);
    if (connection.state !== 'current') this.bringUpToDate(connection);
  }

  /** Takes a connection out of its audience. */
  leave(connection: Connection, audience: Audience<Connection>): void {
    audience.connections.delete(connection);
    this.audiences.release(audience);
  }

  /** Queues a transfer for a connection that is not in one. */
  bringUpToDate(connection: Connection): void {
    connection.state = 'waiting';
    const { owner } = connection.seat;
    // What it was sent before must have left: a client that connects and leaves in a loop gets no transfer.
    void connection.drained().then(() => {
      if (connection.isOpen) this.queue.enter(owner, (turn) => this.#transfer(connection, turn));
    });
  }

  /** Tells everybody who is up to date what they have: a new epoch has been shown. */
  async settleEpoch(): Promise<void> {
    this.#options.view.settleEpoch();
    const slices = new Slices();
    for (const audience of [...this.audiences.all()]) {
      audience.settleEpoch();
      for (const connection of audience.connections) {
        if (this.isUpToDate(connection)) this.#sync(connection);
        if (slices.isOver) await slices.others();
      }
    }
  }

  #sync(connection: Connection): void {
    const { view } = this.#options;
    connection.position = view.watermark;
    this.counts.frames.sync += 1;
    const frame = syncOf(view, connection.seat.audience, connection.seat.keyEnd);
    connection.write(this.pieces.of(asEvent(frame)));
  }

  #show(connection: Connection, pieces: readonly Piece[], sequence: number): void {
    if (connection.state !== 'current' || connection.pass >= this.#pass) return;
    if (connection.isBehind) {
      this.counts.behind += 1;
      this.bringUpToDate(connection);
      return;
    }
    connection.pass = this.#pass;
    connection.position = sequence;
    for (const piece of pieces) connection.write(piece);
  }

  /**
   * What the audience is written; nothing when the batch has nothing that it sees. Those that see some prompts have a mark of their own, but what is put
   * is made, and compressed, once for all who see the same of it: an organization may have as many selections as streams.
   */
  async #piecesFor(audience: Audience<Connection>, batch: Batch, making: Making): Promise<readonly Piece[]> {
    const shown = audience.shown(batch);
    if (shown.length === 0) return [];
    const key = audience.isOfWholeTeams ? shown.map(({ team_id }) => team_id).join() : undefined;
    if (key === undefined || !making.shared.has(key)) this.counts.frames.mark += 1;
    if (key !== undefined)
      return [await this.#pieceOf(key, shown, asEvent(this.#mark(shown, batch)), making)];
    const contents = await this.#pieceOf(contentKey(shown, audience.limits), shown, '', making);
    return [contents, storedPiece(asEvent(this.#mark(shown, batch)))];
  }

  async #pieceOf(
    key: string,
    shown: readonly ShownTeam[],
    end: string,
    { shared, events, slices }: Making,
  ): Promise<Piece> {
    const known = shared.get(key);
    if (known !== undefined) return known;
    let text = '';
    for (const { changes, revision } of shown) {
      for (const { after } of changes) {
        if (after === undefined) continue;
        const event = events.get(after) ?? putEvent(after, revision);
        if (!events.has(after)) this.counts.frames.put += 1;
        events.set(after, event);
        text += event;
        if (slices.isOver) await slices.others();
      }
    }
    const gone = deletions(shown);
    this.counts.frames.delete += gone.length;
    const piece = new Piece(text + gone.join('') + end);
    if (piece.isLarge) await piece.prepare();
    shared.set(key, piece);
    return piece;
  }

  #mark(shown: readonly ShownTeam[], { sequence }: Batch): MarkFrame {
    return {
      type: 'mark',
      revision: this.#options.view.revisionAt(sequence),
      teams: shown.map(({ team_id, prev, revision, digest, count }) => ({
        team_id,
        prev,
        revision,
        digest,
        count,
      })),
    };
  }

  /** Runs until the connection is up to date, or has ended. */
  async #transfer(connection: Connection, turn: Turn): Promise<void> {
    try {
      while (connection.isOpen && (await this.#attempt(connection, turn)) === 'again')
        connection.position = undefined;
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a transfer failed');
      connection.destroy();
    }
  }

  async #attempt(connection: Connection, turn: Turn): Promise<'done' | 'again'> {
    const { view } = this.#options;
    const transfer = new Transfer({
      view,
      runs: this.#runs,
      pieces: this.pieces,
      pieceLength: this.#pieceLength,
      connection,
    });
    this.counts.transfers += 1;
    connection.state = 'transfer';
    const slices = new Slices();
    while (connection.isOpen) {
      const step = transfer.next();
      if (step === undefined) return 'again';
      if (step.closes) {
        this.counts.frames.sync += 1;
        // At once: from here on the connection takes part in passes, and nothing may come between.
        connection.state = 'current';
        connection.pass = this.#pass;
        connection.position = view.watermark;
      } else if (step.piece.isLarge) await step.piece.prepare();
      connection.write(step.piece);
      if (step.closes) {
        if (connection.gained.size > 0) this.bringUpToDate(connection);
        return 'done';
      }
      if (connection.isBehind) await turn.pause(connection.drained());
      if (slices.isOver) await slices.others();
    }
    return 'done';
  }
}

/** What is put and deleted, by a name: in one batch a prompt changes once in each team. Limits of refs narrow what is put. */
function contentKey(shown: readonly ShownTeam[], limits: Audience['limits']): string {
  const teams = shown.map(({ team_id, changes }) => {
    const names = changes.map(({ before, after }) =>
      after === undefined ? `-${before?.prompt.id}` : `+${after.prompt.id}`,
    );
    return `${team_id}${names.join('')}`;
  });
  const narrowed = limits?.refs === undefined ? '' : limits.text;
  return `some of ${teams.join()} ${narrowed}`;
}

/** Behind all that is put: a prompt that moves is nowhere missing in between. */
function deletions(shown: readonly ShownTeam[]): string[] {
  return shown.flatMap(({ team_id, revision, changes }) =>
    changes.flatMap(({ before, after }) =>
      before === undefined || after !== undefined
        ? []
        : [asEvent({ type: 'delete', team_id, revision, prompt_id: before.prompt.id })],
    ),
  );
}
