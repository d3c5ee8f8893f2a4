/**
 * What the stream shows of a context's writes beside the entities that its projection holds, for the comparison with the database: bodies of
 * versions, which no projection reads, and messages that came after an earlier comparison.
 */
import { type Bus, compareEpochs, type EpochMark, type StoredMessage } from '@px0/event-bus/internal';
import { timeOf } from '../outbox/outbox-row.ts';
import type { OutboxStore, ShownSubject } from '../outbox/outbox-store.ts';
import type { Suspect } from '../outbox/publisher.ts';

/** Messages asked for at a time. */
const PARALLEL = 32;

/** What was published without knowing that the database had gone back counts nowhere. */
export function countsIn(mark: EpochMark, context: string, { epoch }: Pick<StoredMessage, 'epoch'>): boolean {
  return epoch === '' || compareEpochs(epoch, mark.wentBack?.[context] ?? '') >= 0;
}

/** Where the comparison looks. */
export interface Compared {
  readonly bus: Bus;
  readonly store: OutboxStore;
  readonly context: string;
  readonly mark: EpochMark;
}

/**
 * A body that the database does not have. A write is stored before its body is published and noted afterwards, so whatever was lost lies
 * behind the last body that the database knows to be published. Another context may have begun an epoch since. Where the database knows of none, an epoch is about to publish all.
 */
export async function findLostBody({ bus, store, context, mark }: Compared): Promise<string | undefined> {
  let after = await store.lastBody();
  while (after > 0) {
    const message = await bus.firstFrom('body', after + 1);
    if (message === undefined) return undefined;
    const lost = countsIn(mark, context, message) ? await store.findBehind([shownBy(message)]) : undefined;
    if (lost !== undefined) return lost;
    after = message.sequence;
  }
  return undefined;
}

/** A suspect of which the stream shows what the database does not have. */
export async function findLost(
  { bus, store, context, mark }: Compared,
  suspects: readonly Suspect[],
): Promise<string | undefined> {
  for (let start = 0; start < suspects.length; start += PARALLEL) {
    const asked = suspects.slice(start, start + PARALLEL);
    const found = await Promise.all(asked.map(({ stream, subject }) => bus.lastMessage(stream, subject)));
    const shown = found.flatMap((message) =>
      message !== undefined && countsIn(mark, context, message) ? [shownBy(message)] : [],
    );
    const lost = await store.findBehind(shown);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function shownBy({ subject, revision, text }: StoredMessage): ShownSubject {
  return { subject, revision, time: timeOf(text) };
}
