/**
 * Follows the EndpointSlices of the services behind the gateway, so that it knows of a replica's beginning and end within
 * milliseconds, whatever a name server keeps (docs/decisions/184-endpoint-slices.md). While the API server is away, what was known
 * last holds; a service of which nothing was ever known is left to DNS.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@px0/service-kit';
import { type Address, type EndpointDirectory, isName, originOf } from '../addresses.ts';
import { type EndpointSlice, endpointsToUse, SERVICE_LABEL, serviceNameOf } from './endpoint-slice.ts';
import { type SliceApi, type SliceEvent, VersionGoneError } from './slice-api.ts';

export interface EndpointWatchOptions {
  readonly api: SliceApi;
  /** The URLs of all upstreams; those that name a service of the process's own namespace are followed. */
  readonly urls: readonly string[];
  readonly logger: Logger;
}

/** A start waits no longer for the API server; until it answers, names are resolved by DNS. */
const FIRST_LIST_MS = 3_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A watch that ends sooner is a failure: asking again at once would be a busy loop. */
const SHORTEST_WATCH_MS = 1_000;
/** After so many failures in a row a new list is made. */
const PATIENT_FAILURES = 3;

interface Scope {
  readonly namespace: string;
  readonly services: readonly string[];
}

export class EndpointWatch implements EndpointDirectory {
  readonly #options: EndpointWatchOptions;
  readonly #end = new AbortController();
  /** By their own name. */
  #slices: ReadonlyMap<string, EndpointSlice> = new Map();
  /** Services that have had endpoints: the API server is believed about them, also when it says that there are none. */
  readonly #known = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  #scope: Scope | undefined;
  #version: string | undefined;
  #failures = 0;
  #isAway = false;
  #running: Promise<void> | undefined;

  constructor(options: EndpointWatchOptions) {
    this.#options = options;
  }

  /** Begins to follow. Resolves with the first list, or when it cannot be had at the moment. */
  async start(): Promise<void> {
    const patience = new AbortController();
    const firstAttempt = new Promise<void>((resolve) => {
      this.#running = this.#run(resolve);
    });
    await Promise.race([
      firstAttempt,
      sleep(FIRST_LIST_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  addressesOf(url: string): readonly Address[] | undefined {
    const { protocol, hostname, port } = new URL(url);
    if (this.#scope === undefined || !isName(url)) return undefined;
    const service = serviceNameOf(hostname, this.#scope.namespace);
    if (service === undefined || !this.#known.has(service)) return undefined;
    const slices = [...this.#slices.values()].filter((slice) => serviceOf(slice) === service);
    const wanted = port === '' ? { 'http:': 80, 'https:': 443 }[protocol] : Number(port);
    return endpointsToUse(slices, wanted ?? 0).map((endpoint) => ({
      origin: originOf(protocol, endpoint.address, String(endpoint.port)),
      serverName: hostname,
    }));
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#options.api.disconnect();
    await this.#running;
  }

  async #run(attempted: () => void): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        await this.#listUnlessKnown(attempted);
        if (await this.#watch()) continue;
      } catch (error) {
        // A version that is forgotten, or does not get us on, is given up for a new list.
        if (error instanceof VersionGoneError || this.#failures >= PATIENT_FAILURES)
          this.#version = undefined;
        if (!(error instanceof VersionGoneError) && !signal.aborted) this.#report(error);
        await this.#options.api.disconnect();
      }
      attempted();
      this.#failures += 1;
      await sleep(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #listUnlessKnown(attempted: () => void): Promise<void> {
    if (this.#version !== undefined) return;
    const { api } = this.#options;
    const { namespace, services } = await this.#findScope();
    const { resourceVersion, slices } = await api.list(namespace, services, this.#end.signal);
    this.#use(new Map(slices.map((slice) => [slice.metadata.name, slice])));
    this.#version = resourceVersion;
    this.#reportContact();
    attempted();
  }

  /** True when the watch lasted, so that the next one may follow at once. */
  async #watch(): Promise<boolean> {
    const { api } = this.#options;
    const { namespace, services } = await this.#findScope();
    const begun = performance.now();
    const hasLasted = () => performance.now() - begun > SHORTEST_WATCH_MS;
    for await (const event of api.watch(namespace, services, this.#version ?? '', this.#end.signal)) {
      this.#apply(event);
      this.#version = event.resourceVersion;
      this.#reportContact();
      if (hasLasted()) this.#failures = 0;
    }
    this.#reportContact();
    if (!hasLasted()) return false;
    this.#failures = 0;
    return true;
  }

  /** The namespace's file may come later than the process, or not at all. */
  async #findScope(): Promise<Scope> {
    if (this.#scope !== undefined) return this.#scope;
    const namespace = await this.#options.api.namespace();
    const names = this.#options.urls
      .filter(isName)
      .map((url) => serviceNameOf(new URL(url).hostname, namespace))
      .filter((name) => name !== undefined);
    this.#scope = { namespace, services: [...new Set(names)] };
    return this.#scope;
  }

  #apply(event: SliceEvent): void {
    if (event.type === 'bookmark') return;
    const slices = new Map(this.#slices);
    if (event.type === 'deleted') slices.delete(event.slice.metadata.name);
    else slices.set(event.slice.metadata.name, event.slice);
    this.#use(slices);
  }

  #use(slices: ReadonlyMap<string, EndpointSlice>): void {
    this.#slices = slices;
    for (const slice of slices.values()) {
      const service = serviceOf(slice);
      if (service !== undefined && (slice.endpoints ?? []).length > 0) this.#known.add(service);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Doubles with each failure; drawn at random, since all gateways lose the same API server at the same time. */
  #pauseMs(): number {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    return pause * (0.5 + Math.random() / 2);
  }

  #report(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const text =
      this.#known.size > 0
        ? 'the Kubernetes API server cannot be asked for endpoints; those known last are used'
        : 'the Kubernetes API server cannot be asked for endpoints; names are resolved by DNS';
    this.#options.logger.warn({ err: error }, text);
  }

  #reportContact(): void {
    if (this.#isAway) this.#options.logger.info('endpoints are followed again');
    this.#isAway = false;
  }
}

function serviceOf({ metadata }: EndpointSlice): string | undefined {
  return metadata.labels?.[SERVICE_LABEL];
}
