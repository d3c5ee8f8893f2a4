/** How much memory a process may take when it has all the delivery streams that it is let have: docs/operations/sizing.md. */

/** A process without streams and without prompts. */
const BARE_MIB = 150;
const STREAM_KIB = { gateway: 50, render: 25 } as const;

export interface StreamSettings {
  readonly DELIVERY_STREAMS?: number;
  readonly DELIVERY_CACHE_BYTES?: number;
  readonly VERSION_CACHE_BYTES?: number;
  readonly GATEWAY_STREAMS?: number;
}

/** In MiB. */
export function memoryWithStreams(service: 'gateway' | 'render', settings: StreamSettings): number {
  const {
    DELIVERY_STREAMS = 0,
    DELIVERY_CACHE_BYTES = 0,
    VERSION_CACHE_BYTES = 0,
    GATEWAY_STREAMS = 0,
  } = settings;
  const streams = service === 'gateway' ? GATEWAY_STREAMS : DELIVERY_STREAMS;
  const caches = service === 'gateway' ? 0 : DELIVERY_CACHE_BYTES + VERSION_CACHE_BYTES;
  return BARE_MIB + (streams * STREAM_KIB[service]) / 1024 + caches / 2 ** 20;
}
