/**
 * Finds the route of a method and a path. Static segments match in any letter case and win over parameters
 * (`/versions/diff` over `/versions/{version}`) wherever they have the method; one trailing slash is tolerated.
 */
import type { ServiceName } from './route.ts';
import { type OperationId, routes } from './routes/mod.ts';

export type Route = (typeof routes)[OperationId];

export type RouteMatch =
  | { readonly route: Route; readonly params: { readonly [name: string]: string } }
  | { readonly known: readonly string[]; readonly owner: ServiceName };

interface Node {
  readonly statics: Map<string, Node>;
  wildcard: Node | undefined;
  readonly byMethod: Map<string, RouteEnd>;
}

interface RouteEnd {
  readonly route: Route;
  /** Names of the parameters, and in which segment each is. */
  readonly params: readonly (readonly [name: string, position: number])[];
}

const newNode = (): Node => ({ statics: new Map(), wildcard: undefined, byMethod: new Map() });

let trie: Node | undefined;

function buildTrie(): Node {
  const root = newNode();
  for (const route of Object.values(routes)) {
    let node = root;
    const params: [string, number][] = [];
    for (const [position, segment] of route.path.slice(1).split('/').entries()) {
      let next: Node | undefined;
      if (segment.startsWith('{')) {
        params.push([segment.slice(1, -1), position]);
        node.wildcard ??= newNode();
        next = node.wildcard;
      } else {
        next = node.statics.get(segment) ?? newNode();
        node.statics.set(segment, next);
      }
      node = next;
    }
    node.byMethod.set(route.method, { route, params });
  }
  return root;
}

/**
 * The route of a request, with its parameters percent-decoded once as UTF-8. HEAD finds the route of GET. `known` lists
 * the methods of a path that exists with others only (for `Allow`), `owner` is who answers for it. Undefined: no such path, or a parameter that is
 * not valid UTF-8 in percent-encoding.
 *
 * @param path the path as received, without the query
 */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  const segments = splitPath(path);
  if (segments === undefined) return undefined;
  trie ??= buildTrie();
  const ends: Node[] = [];
  collect(trie, segments, 0, ends);
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const end of ends) {
    const found = end.byMethod.get(wanted);
    if (found === undefined) continue;
    const params = decodeParams(found, segments);
    return params === undefined ? undefined : { route: found.route, params };
  }
  const owner = ends[0]?.byMethod.values().next().value?.route.owner;
  return owner === undefined ? undefined : { known: methodsOf(ends), owner };
}

function splitPath(path: string): string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  return path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined).split('/');
}

/** All nodes that a path ends at, static segments first: the order of precedence. */
function collect(node: Node, segments: readonly string[], index: number, ends: Node[]): void {
  const segment = segments[index];
  if (segment === undefined) {
    if (node.byMethod.size > 0) ends.push(node);
    return;
  }
  const next = node.statics.get(segment) ?? node.statics.get(segment.toLowerCase());
  if (next !== undefined) collect(next, segments, index + 1, ends);
  if (node.wildcard !== undefined && segment !== '') collect(node.wildcard, segments, index + 1, ends);
}

function decodeParams(
  end: RouteEnd,
  segments: readonly string[],
): { readonly [name: string]: string } | undefined {
  const params: Record<string, string> = {};
  for (const [name, position] of end.params) {
    const raw = segments[position];
    if (raw === undefined) continue;
    const decoded = decodeSegment(raw);
    if (decoded === undefined) return undefined;
    params[name] = decoded;
  }
  return params;
}

/** A path segment, percent-decoded as UTF-8; undefined if its encoding is broken. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function methodsOf(ends: readonly Node[]): string[] {
  const methods = new Set<string>();
  for (const end of ends) {
    for (const method of end.byMethod.keys()) {
      methods.add(method);
      if (method === 'GET') methods.add('HEAD');
    }
  }
  return [...methods].sort();
}

/** The prefixes below which a service answers also for paths that do not exist: it authenticates first. */
const prefixOwners: { readonly [segment: string]: ServiceName } = {
  auth: 'identity',
  'api-keys': 'identity',
  me: 'tenancy',
  orgs: 'tenancy',
  teams: 'tenancy',
  'join-requests': 'tenancy',
  invitations: 'tenancy',
  prompts: 'prompt-registry',
  'change-requests': 'prompt-registry',
  'prompt-policies': 'prompt-registry',
  delivery: 'render',
};

/**
 * The service that answers for an unknown path, after it has authenticated the caller; undefined where nobody owns the
 * prefix and the gateway says 404 itself.
 */
export function ownerOfPrefix(path: string): ServiceName | undefined {
  const segments = splitPath(path)?.map((segment) => segment.toLowerCase());
  if (segments === undefined || segments[0] !== 'v1') return undefined;
  const [, area, , third, , fifth] = segments;
  if (area === undefined || !Object.hasOwn(prefixOwners, area)) return undefined;
  if (area === 'teams' && third === 'prompts') return 'prompt-registry';
  if (area === 'prompts' && (third === 'render' || (third === 'versions' && fifth === 'render')))
    return 'render';
  return prefixOwners[area];
}
