import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { decodeUsage, type UsageWindow } from '@px0/contracts';
import type { TestBus } from '@px0/testing';

/** All windows of usage that have been published so far, in their order. */
export async function publishedUsage({ servers, streamPrefix }: TestBus): Promise<UsageWindow[]> {
  const connection = await connect({ servers });
  try {
    const manager = await jetstreamManager(connection);
    const stream = `${streamPrefix}PX0_USAGE`;
    const { state } = await manager.streams.info(stream);
    const windows: UsageWindow[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq += 1) {
      const message = await manager.streams.getMessage(stream, { seq });
      const window = message === null ? undefined : decodeUsage(message.string());
      if (window !== undefined) windows.push(window);
    }
    return windows;
  } finally {
    await connection.close();
  }
}
