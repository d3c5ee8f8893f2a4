/** What a relay says of itself and delivers, beside what the px0 that it follows delivers. */
import type { DeliveredPrompt, Replica } from '@px0/delivery';
import { ForbiddenError, UnauthorizedError, UnreachableError } from '@px0/sdk';
import { z } from 'zod';
import { codeOf, deliveredPrompts } from './bundles/delivered-prompts.ts';
import type { Target } from './context.ts';
import { CliError } from './exit-codes.ts';

/** What is delivered under a key. */
interface Held {
  readonly digest: string;
  readonly count: number;
  readonly revision: string | null;
}

interface Delivered {
  readonly held: Held;
  /** By id. */
  readonly prompts: ReadonlyMap<string, DeliveredPrompt>;
  /** It says that it may lack the latest changes. */
  readonly isStale: boolean;
}

interface Relay extends Delivered {
  /** Whether it hears of changes. */
  readonly isConnected: boolean;
  /** Null: it has never heard of its upstream. */
  readonly staleSeconds: number | null;
}

export interface Comparison {
  readonly relay: Relay;
  readonly upstream: Delivered;
  readonly isEqual: boolean;
  readonly isFresh: boolean;
  readonly sentence: string;
}

/** Of `/readyz`. Anything else that answers there has other details. */
const details = z.object({
  ready: z.boolean(),
  upstream: z.string(),
  connected: z.boolean(),
  stale_seconds: z.number().nullable(),
});

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;
/** Slugs of each kind that a sentence can hold; more are counted. */
const MOST_TOLD = 3;

/** Asks both. @throws Px0Error, CliError where one of them cannot be compared */
export async function comparison(relayUrl: string, px0: Target): Promise<Comparison> {
  const said = await detailsOf(relayUrl);
  if (said.upstream === 'refused')
    throw new CliError('unauthorized', `the relay at ${relayUrl} has a key that its upstream refuses`);
  if (!said.ready)
    throw new CliError('unreachable', `the relay at ${relayUrl} is not ready: it has nothing to answer from`);
  const [own, upstream] = await Promise.all([
    delivered({ ...px0, host: relayUrl }, 'the relay'),
    delivered(px0, 'px0'),
  ]);
  const relay = { ...own, isConnected: said.connected, staleSeconds: said.stale_seconds };
  const isEqual = relay.held.digest === upstream.held.digest && relay.held.count === upstream.held.count;
  const isFresh = relay.isConnected && !relay.isStale && !upstream.isStale;
  return { relay, upstream, isEqual, isFresh, sentence: sentenceOf(relay, upstream, px0.host, isEqual) };
}

/** @throws UnreachableError, CliError for anything but a relay */
async function detailsOf(url: string): Promise<z.infer<typeof details>> {
  let text: string;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(`${url}/readyz`, { redirect: 'manual', signal });
    text = await startOf(answer);
  } catch (error) {
    throw new UnreachableError(`the relay at ${url} cannot be reached: ${codeOf(error)}`);
  }
  const read = details.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw new CliError('refused', `${url} is not a relay: its /readyz does not tell of an upstream`);
}

async function startOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(pieces).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Px0Error that says which of the two it is about */
async function delivered(target: Target, who: string): Promise<Delivered> {
  try {
    const { replica, isStale } = await deliveredPrompts(target, { slugs: undefined, teamId: undefined });
    return { held: heldIn(replica), prompts: promptsIn(replica), isStale };
  } catch (error) {
    if (!(error instanceof UnauthorizedError || error instanceof ForbiddenError)) throw error;
    const refusal = `${who} at ${target.host} refuses the API key: ${error.message}`;
    const Refusal = error instanceof UnauthorizedError ? UnauthorizedError : ForbiddenError;
    throw new Refusal(error.status, refusal, error.hint);
  }
}

function heldIn(replica: Replica): Held {
  const { text: digest, count } = replica.digest();
  return { digest, count, revision: replica.last ?? null };
}

function promptsIn(replica: Replica): ReadonlyMap<string, DeliveredPrompt> {
  return new Map(replica.teamIds.flatMap((teamId) => [...replica.promptsOf(teamId)]));
}

function sentenceOf(relay: Relay, upstream: Delivered, host: string, isEqual: boolean): string {
  const faults = [
    ...(isEqual ? [] : [`differs from px0 at ${host}: ${differences(relay, upstream)}`]),
    ...stalenessOf(relay),
  ];
  if (faults.length > 0) return `the relay ${faults.join(', and it ')}`;
  if (upstream.isStale) return `px0 at ${host} may lack the latest changes itself`;
  const { count } = relay.held;
  return `The relay holds the same ${count} ${count === 1 ? 'prompt' : 'prompts'} as px0 at ${host}, and hears of changes.`;
}

function stalenessOf({ isConnected, isStale, staleSeconds }: Relay): string[] {
  if (isConnected) return isStale ? ['follows a px0 that may lack the latest changes'] : [];
  if (staleSeconds === null) return ['has never heard from its upstream'];
  return [`has not heard from its upstream for ${staleSeconds} s`];
}

function differences(relay: Delivered, upstream: Delivered): string {
  const all = [...upstream.prompts.values()];
  const lacks = all.filter(({ id }) => !relay.prompts.has(id));
  const keeps = [...relay.prompts.values()].filter(({ id }) => !upstream.prompts.has(id));
  const others = all.filter(({ id, etag }) => (relay.prompts.get(id)?.etag ?? etag) !== etag);
  const parts = [
    ...(lacks.length > 0 ? [`lacks ${slugsOf(lacks)}`] : []),
    ...(keeps.length > 0 ? [`still holds ${slugsOf(keeps)}`] : []),
    ...(others.length > 0 ? [`holds another state of ${slugsOf(others)}`] : []),
  ];
  return `it ${parts.join(', and ')}`;
}

function slugsOf(prompts: readonly DeliveredPrompt[]): string {
  const slugs = prompts.map(({ slug }) => slug).sort();
  const more = slugs.length - MOST_TOLD;
  const told = more > 0 ? [...slugs.slice(0, MOST_TOLD), `${more} more`] : slugs;
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}
