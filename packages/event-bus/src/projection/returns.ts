/**
 * Which messages count after a database went back. Revisions come from Postgres, so they compare only as long as it never loses rows. The
 * epoch that begins because a context's database lost some says so; from then on the context's earlier messages do not count, nor do
 * those of a publisher that had not heard of it.
 * See docs/decisions/183-a-database-that-went-back.md.
 */
import { compareEpochs, type Epoch } from '../revisions/token.ts';
import type { Delivery } from '../stream/stream-reader.ts';
import type { EpochMark } from './epoch.ts';

interface Return {
  /** The epoch that began because the database had gone back. */
  readonly since: Epoch;
  /** Of messages that name no epoch, those at or below this sequence were published from what is lost, or are published again. */
  readonly above: number;
  readonly streamCreatedAt: string;
}

export class Returns {
  readonly #byContext = new Map<string, Return>();

  /** The epoch since which a context's revisions compare; empty when they always did. */
  since(context: string): Epoch {
    return this.#byContext.get(context)?.since ?? '';
  }

  /** Returns the contexts of which whatever is held must be replaced. */
  enter({ wentBack, sequence, streamCreatedAt }: EpochMark): ReadonlySet<string> {
    const replaced = new Set<string>();
    for (const [context, since] of Object.entries(wentBack ?? {})) {
      const known = this.#byContext.get(context);
      const isNew = compareEpochs(since, known?.since ?? '') > 0;
      if (isNew) replaced.add(context);
      // In an epoch that begins for another reason, what was shown since this one still counts: it is shown again later.
      if (isNew || known?.streamCreatedAt !== streamCreatedAt)
        this.#byContext.set(context, { since, above: sequence, streamCreatedAt });
    }
    return replaced;
  }

  counts(context: string, delivery: Pick<Delivery, 'sequence' | 'epoch'>): boolean {
    const back = this.#byContext.get(context);
    if (back === undefined) return true;
    const epoch = delivery.epoch();
    // Who knew of the return published after it. A reader that starts in a later epoch must hold what the others hold: it may be lost by now.
    if (epoch !== '') return compareEpochs(epoch, back.since) >= 0;
    // A release that writes no epoch may still publish during a rolling update.
    return delivery.sequence > back.above;
  }
}
