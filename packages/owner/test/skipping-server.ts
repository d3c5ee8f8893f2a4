/** Plays what servers do that lose messages, on any server: only where and what a consumer reads is not as asked. */
import { EPOCH_SUBJECT, type OpenStreamReader, pushReader } from '@px0/event-bus/internal';

/** What a reader began with, for tests that want to know how often the whole was read. */
export type Begun = 'last-per-subject' | 'sequence';

/**
 * As nats-server 2.9.22 to 2.9.25 with a large stream: a consumer from a sequence on finds nothing there, goes on at the stream's end, and
 * says that this is all.
 */
export function skippingServer(begun: Begun[] = []): OpenStreamReader {
  return async (options) => {
    begun.push(options.from === 'last-per-subject' ? options.from : 'sequence');
    if (options.from === 'last-per-subject') return await pushReader()(options);
    const facts = await options.bus.streamFacts('state');
    return await pushReader({ opt_start_seq: (facts?.lastSequence ?? 0) + 1 })(options);
  };
}

/** A consumer from a sequence on has heartbeats, and delivers nothing. */
export function silentServer(begun: Begun[] = []): OpenStreamReader {
  return async (options) => {
    begun.push(options.from === 'last-per-subject' ? options.from : 'sequence');
    if (options.from === 'last-per-subject') return await pushReader()(options);
    return await pushReader({ filter_subject: options.bus.names.onWire(EPOCH_SUBJECT) })(options);
  };
}
