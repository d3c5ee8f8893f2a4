/**
 * What an EndpointSlice says, and which of a service's endpoints new requests go to. The best kind that a service has is used, and no
 * other: ready ones; else ones that end but still serve; else any, since a process that is not ready still answers for itself.
 */
import { z } from 'zod';

const conditionsSchema = z.object({
  ready: z.boolean().nullish(),
  serving: z.boolean().nullish(),
  terminating: z.boolean().nullish(),
});

/** The part of `discovery.k8s.io/v1` that is read. */
export const endpointSliceSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
  addressType: z.string(),
  endpoints: z
    .array(
      z.object({ addresses: z.array(z.string()).min(1).max(100), conditions: conditionsSchema.nullish() }),
    )
    .nullish(),
  ports: z.array(z.object({ name: z.string().nullish(), port: z.number().int().nullish() })).nullish(),
});

export type EndpointSlice = z.infer<typeof endpointSliceSchema>;
type Conditions = z.infer<typeof conditionsSchema>;

/** Kubernetes' label on a slice for the service that it belongs to. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where a service's new requests go. `port` is that of the service's URL; pods may listen on another. */
export function endpointsToUse(slices: Iterable<EndpointSlice>, port: number): Endpoint[] {
  const all = [...slices];
  // With two families every pod stands in two slices, and would be taken for two replicas.
  const family = all.some((slice) => slice.addressType === 'IPv4' && (slice.endpoints ?? []).length > 0)
    ? 'IPv4'
    : 'IPv6';
  const ranked = new Map<string, Endpoint & { readonly rank: number }>();
  for (const slice of all) {
    if (slice.addressType !== family) continue;
    const target = portOf(slice, port);
    for (const { addresses, conditions } of slice.endpoints ?? []) {
      // Consumers use the first one; the others are for names that nobody uses.
      const [address = ''] = addresses;
      const rank = rankOf(conditions ?? {});
      const key = `${address} ${target}`;
      // An endpoint that moves between slices may stand in both for a moment.
      if ((ranked.get(key)?.rank ?? Number.POSITIVE_INFINITY) > rank)
        ranked.set(key, { address, port: target, rank });
    }
  }
  const best = Math.min(...[...ranked.values()].map(({ rank }) => rank));
  return [...ranked.values()]
    .filter(({ rank }) => rank === best)
    .map(({ address, port: target }) => ({ address, port: target }));
}

/** Absent conditions mean what the API's description says: ready, serving when ready, not terminating. */
function rankOf({ ready, serving, terminating }: Conditions): number {
  const isReady = ready ?? true;
  if (terminating !== true) return isReady ? 0 : 2;
  return (serving ?? isReady) ? 1 : 3;
}

function portOf({ ports }: EndpointSlice, wanted: number): number {
  const known = (ports ?? []).flatMap(({ name, port }) => (port == null ? [] : [{ name, port }]));
  const [first] = known;
  if (first === undefined || known.some(({ port }) => port === wanted)) return wanted;
  return (known.find(({ name }) => name === 'http') ?? first).port;
}

/** The service of a namespace that a host name stands for, or undefined when it may be anything else. */
export function serviceNameOf(hostname: string, namespace: string): string | undefined {
  const [service = '', itsNamespace = namespace, kind = 'svc'] = hostname.replace(/\.$/, '').split('.');
  return itsNamespace === namespace && kind === 'svc' && service !== '' ? service : undefined;
}
