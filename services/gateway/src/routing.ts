/**
 * Which service a request belongs to, from the contract's route table. An unknown path or method below a service's prefix is that
 * service's to answer, because it authenticates first; the gateway answers only for paths that no service owns.
 */
import {
  type CostClass,
  matchRoute,
  ownerOfPrefix,
  type Patience,
  type RouteDefinition,
  type ServiceName,
} from '@px0/contracts';
import { BODY_LIMIT_BYTES } from '@px0/service-kit';

/** The services, and those replicas of render that serve deliveries, which may be others than those that render. */
export type UpstreamName = Exclude<ServiceName, 'gateway'> | 'delivery';

export interface ForwardTarget {
  readonly kind: 'forward';
  readonly upstream: UpstreamName;
  /** The route's pattern; undefined for a path that only the service can judge. */
  readonly route: string | undefined;
  readonly cost: CostClass;
  readonly patience: Patience;
  /** May be sent a second time when a connection broke: the method is idempotent, or it is a render, which changes nothing. */
  readonly repeatable: boolean;
  /** The service never looks at a body here. */
  readonly bodyless: boolean;
  /** The most bytes of a body. */
  readonly bodyLimit: number;
  /** What the client says that it has seen is passed on as it is: one with an old position must be able to go on from there. */
  readonly isDelivery: boolean;
  /** The answer is long, or never ends, so it takes no connection from other requests. */
  readonly isLasting: boolean;
}

export type Target =
  | ForwardTarget
  | { readonly kind: 'health' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'method-not-allowed'; readonly allow: string };

const idempotentMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);
const NOT_FOUND: Target = { kind: 'not-found' };
const HEALTH: Target = { kind: 'health' };

/** One object per route and for all requests: the hot path allocates none. */
const targets = new Map<string, Target>();

/** The target of a request. `path` has no query. */
export function targetOf(method: string, path: string): Target {
  const match = matchRoute(method, path);
  if (match !== undefined && 'route' in match) return targetOfRoute(match.route);
  const owner = ownerOfPrefix(path);
  if (owner !== undefined && owner !== 'gateway') {
    return {
      kind: 'forward',
      upstream: isDelivery(path) ? 'delivery' : owner,
      route: undefined,
      cost: 'read',
      patience: 'ordinary',
      repeatable: idempotentMethods.has(method),
      bodyless: true,
      bodyLimit: BODY_LIMIT_BYTES,
      isDelivery: isDelivery(path),
      isLasting: isDelivery(path),
    };
  }
  return match === undefined ? NOT_FOUND : { kind: 'method-not-allowed', allow: match.known.join(', ') };
}

function targetOfRoute(route: RouteDefinition): Target {
  const known = targets.get(route.operationId);
  if (known !== undefined) return known;
  const target: Target =
    route.owner === 'gateway'
      ? HEALTH
      : {
          kind: 'forward',
          upstream: isDelivery(route.path) ? 'delivery' : route.owner,
          route: route.path,
          cost: route.cost,
          patience: route.patience,
          repeatable: idempotentMethods.has(route.method) || route.cost === 'render',
          bodyless: route.body === null,
          bodyLimit: route.bodyLimit ?? BODY_LIMIT_BYTES,
          isDelivery: isDelivery(route.path),
          isLasting: isDelivery(route.path) && route.success.media !== undefined,
        };
  targets.set(route.operationId, target);
  return target;
}

const DELIVERY = '/v1/delivery/';

function isDelivery(path: string): boolean {
  return path.slice(0, DELIVERY.length).toLowerCase() === DELIVERY;
}
