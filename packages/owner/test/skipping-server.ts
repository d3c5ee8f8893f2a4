/**
 * Plays what nats-server 2.9.22 to 2.9.25 do with a large stream, on any server: a consumer from a sequence on finds nothing there, goes on
 * at the stream's end, and says that this is all. Everything else is the server's own.
 */
import { type OpenStreamReader, pushReader } from '@px0/event-bus/internal';

/** What a reader began with, for tests that want to know how often the whole was read. */
export type Begun = 'last-per-subject' | 'sequence';

export function skippingServer(begun: Begun[] = []): OpenStreamReader {
  return async (options) => {
    begun.push(options.from === 'last-per-subject' ? options.from : 'sequence');
    if (options.from === 'last-per-subject') return await pushReader()(options);
    const facts = await options.bus.streamFacts('state');
    return await pushReader({ opt_start_seq: (facts?.lastSequence ?? 0) + 1 })(options);
  };
}
