/**
 * What a projection holds of the stream's entities: hands each message that counts to the views, remembers revisions, and drops what a new
 * epoch turns out not to show. Knows nothing of how the stream is read.
 */
import { decodeEvent, type EntityName, entityOfSubject, idOfSubject, type StateEvent } from '@px0/contracts';
import type { Logger } from '@px0/service-kit';
import type { Delivery } from '../stream/stream-reader.ts';
import { startProcessSpan } from '../stream/trace-context.ts';
import { Completeness, type Context, completedContext, contextOf } from './completeness.ts';
import { type EpochMark, epochMarkOf } from './epoch.ts';
import { Returns } from './returns.ts';
import { SubjectTable } from './subject-table.ts';

/** What a service keeps of the stream. Called in the stream's order, for each entity with rising revisions. */
export interface ProjectionView {
  /** Which entities it keeps. All others are dropped unparsed. */
  wants(name: EntityName): boolean;
  /** A new state, or a tombstone. */
  apply(event: StateEvent): void;
  /** The entity does not exist any more, though its tombstone was never seen: a new epoch did not show it. */
  drop(name: EntityName, id: string): void;
}

export interface HeldStateOptions {
  readonly views: readonly ProjectionView[];
  readonly logger: Logger;
  /** The contexts that must be complete. */
  readonly contexts: readonly Context[];
  /** Its subjects' revisions are remembered, wanted or not. */
  readonly ownContext: Context | undefined;
  /** Whether a message is applied, given the revision that is held. */
  readonly admits: (held: number, incoming: number) => boolean;
  /** The stream shows an epoch, perhaps an earlier one or another stream's. */
  readonly onEpochShown: (mark: EpochMark) => void;
}

export class HeldState {
  readonly table = new SubjectTable();
  readonly returns = new Returns();
  readonly completeness: Completeness;
  /** Events applied so far, by entity. */
  readonly applied = new Map<EntityName, number>();
  readonly #options: HeldStateOptions;
  readonly #views = new Map<EntityName, ProjectionView[]>();

  constructor(options: HeldStateOptions) {
    this.#options = options;
    this.completeness = new Completeness(options.contexts);
  }

  /** Whether a message counts, or is left from before its context's database went back. */
  counts(delivery: Pick<Delivery, 'subject' | 'sequence' | 'epoch'>): boolean {
    const name = entityOfSubject(delivery.subject);
    return name === undefined || this.returns.counts(contextOf(name), delivery);
  }

  /**
   * A new epoch. Returns the contexts of which everything held is about to be replaced: it is served until the epoch shows something else, or
   * is complete without it.
   */
  enter(mark: EpochMark): ReadonlySet<string> {
    this.table.forgetSequences();
    this.completeness.enter(mark.epoch);
    const replaced = this.returns.enter(mark);
    if (replaced.size > 0) {
      this.#options.logger.warn(
        { contexts: [...replaced] },
        'a database went back: what it shows replaces what is held',
      );
      this.table.forgetRevisions(isOfContexts(replaced));
    }
    return replaced;
  }

  /** One message that cannot be understood must not keep all others away. It is an alarm, not an end. */
  receive(delivery: Delivery): void {
    const name = entityOfSubject(delivery.subject);
    if (name === undefined) return;
    try {
      this.#apply(name, delivery);
    } catch (error) {
      this.#options.logger.error(
        { err: error, subject: delivery.subject, sequence: delivery.sequence },
        'an event was not applied',
      );
    }
  }

  /** Drops what the contexts that are complete in the epoch have not shown above its sequence. */
  sweep(epochSequence: number): void {
    const contexts = this.completeness.takeSweep();
    let dropped = 0;
    for (const { subject, alive } of this.table.dropNotShownAbove(epochSequence, isOfContexts(contexts))) {
      if (alive) this.#drop(subject);
      dropped += 1;
    }
    if (dropped > 0)
      this.#options.logger.warn({ contexts: [...contexts], dropped }, 'dropped what the epoch did not show');
  }

  #apply(name: EntityName, delivery: Delivery): void {
    if (!this.returns.counts(contextOf(name), delivery)) return;
    if (name === 'epoch') this.#noteEpoch(delivery);
    else if (completedContext(name) !== undefined) this.#noteComplete(delivery);
    const views = this.#viewsOf(name);
    if (views.length > 0) this.#applyToViews(views, delivery);
    // Not wanted, but owned: the revision is enough, and the header has it.
    else if (contextOf(name) === this.#options.ownContext) {
      this.table.note(delivery.subject, delivery.revision(), delivery.sequence, false);
    }
  }

  #applyToViews(views: readonly ProjectionView[], delivery: Delivery): void {
    const { subject, sequence } = delivery;
    const event = decodeEvent(subject, delivery.text());
    const admitted = this.#options.admits(this.table.revision(subject), event.revision);
    this.table.note(subject, event.revision, sequence, !event.deleted);
    if (!admitted) return;
    this.applied.set(event.name, (this.applied.get(event.name) ?? 0) + 1);
    const { time } = event;
    const span = startProcessSpan('apply', {
      subject,
      traceparent: delivery.traceparent() ?? event.traceparent,
      time,
    });
    try {
      for (const view of views) view.apply(event);
    } finally {
      span?.end();
    }
  }

  #noteEpoch(delivery: Delivery): void {
    const mark = epochMarkOf({ text: delivery.text(), sequence: delivery.sequence });
    if (mark !== undefined) this.#options.onEpochShown(mark);
  }

  #noteComplete(delivery: Delivery): void {
    const event = decodeEvent(delivery.subject, delivery.text());
    const context = completedContext(event.name);
    if (context === undefined || event.state === undefined || !('epoch' in event.state)) return;
    this.completeness.note(context, event.state.epoch);
  }

  #viewsOf(name: EntityName): ProjectionView[] {
    const known = this.#views.get(name);
    if (known !== undefined) return known;
    const views = this.#options.views.filter((view) => view.wants(name));
    this.#views.set(name, views);
    return views;
  }

  #drop(subject: string): void {
    const name = entityOfSubject(subject);
    const id = idOfSubject(subject);
    if (name === undefined || id === undefined) return;
    for (const view of this.#viewsOf(name)) view.drop(name, id);
  }
}

function isOfContexts(contexts: ReadonlySet<string>): (subject: string) => boolean {
  return (subject) => {
    const name = entityOfSubject(subject);
    return name !== undefined && contexts.has(contextOf(name));
  };
}
