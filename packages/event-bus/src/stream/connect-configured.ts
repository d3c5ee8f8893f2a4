/** Connects to NATS as a service's configuration says: the one place that interprets the variables of `streamVariables`. */
import type { Logger } from '@px0/service-kit';
import { type Bus, connectBus } from './bus.ts';

/** The part of a service's configuration that concerns the stream: what `streamVariables` yields, or less. */
export interface StreamConfiguration {
  readonly NATS_URL: readonly string[];
  readonly PX0_STREAM_PREFIX: string;
  readonly PX0_STREAM_REPLICAS?: number | undefined;
  readonly NATS_USER?: string | undefined;
  readonly NATS_PASSWORD?: string | undefined;
  readonly NATS_INBOX_PREFIX?: string | undefined;
  readonly NATS_TLS_CA_FILE?: string | undefined;
}

export interface ConnectionRole {
  /** Shown in the server's connection list. */
  readonly name: string;
  readonly logger: Logger;
  /** Fails when no server answers at first. */
  readonly atOnce?: boolean;
}

/** Connects as the configuration says; see `connectBus`. @throws BusConfigurationError */
export function connectConfigured(config: StreamConfiguration, role: ConnectionRole): Promise<Bus> {
  return connectBus({
    servers: config.NATS_URL.join(','),
    streamPrefix: config.PX0_STREAM_PREFIX,
    replicas: config.PX0_STREAM_REPLICAS,
    user: config.NATS_USER,
    pass: config.NATS_PASSWORD,
    inboxPrefix: config.NATS_INBOX_PREFIX,
    tlsCaFile: config.NATS_TLS_CA_FILE,
    ...role,
  });
}
