/**
 * A reader that asks the server for one message at a time, at a pace of its own. What is trimmed before it asks is never delivered:
 * exactly what happens to a slow reader of a busy stream.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AckPolicy, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { nanos, nuid } from '@nats-io/transport-node';
import { type Delivery, type OpenStreamReader, REVISION_HEADER } from '@px0/event-bus/internal';

export interface SlowReaderOptions {
  /** Milliseconds before the next message, or what it waits for. */
  readonly pace: () => number | Promise<void>;
  readonly afterDelivery?: () => void;
}

export function slowReader(options: SlowReaderOptions): OpenStreamReader {
  return async ({ bus, from, onDelivery, onContact, onBroken }) => {
    const stream = bus.names.stream('state');
    const start =
      from === 'last-per-subject'
        ? { deliver_policy: DeliverPolicy.LastPerSubject }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from.sequence };
    const name = `slow_${nuid.next()}`;
    await bus.manager.consumers.add(stream, {
      ...start,
      name,
      filter_subject: bus.names.subjects('state'),
      ack_policy: AckPolicy.None,
      mem_storage: true,
      inactive_threshold: nanos(30_000),
    });
    const consumer = await jetstream(bus.connection).consumers.get(stream, name);
    let open = true;
    const read = async (): Promise<void> => {
      while (open) {
        const message = await consumer.next({ expires: 20_000 });
        if (!open) return;
        onContact();
        if (message === null) continue;
        await onDelivery(deliveryOf(message, bus.names.prefix.length));
        options.afterDelivery?.();
        const pace = options.pace();
        await (typeof pace === 'number' ? pause(pace) : pace);
      }
    };
    read().catch((error: unknown) => open && onBroken(String(error)));
    return {
      close: () => {
        open = false;
      },
    };
  };
}

function deliveryOf(message: JsMsg, prefixLength: number): Delivery {
  return {
    subject: message.subject.slice(prefixLength),
    sequence: message.seq,
    timestamp: String(message.timestampNanos),
    text: () => message.string(),
    revision: () => Number(message.headers?.get(REVISION_HEADER) ?? 0),
    epoch: () => '',
    traceparent: () => undefined,
  };
}
