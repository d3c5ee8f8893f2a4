/** One call of `render`, once it was found to be one that can work. */
import type { ContentOptions } from './content.ts';
import type { ContractPolicy } from './contract-problems.ts';
import { UsageError } from './errors.ts';
import type { FallbackRenderer, Fallbacks } from './fallbacks.ts';
import { type RenderBody, renderBody } from './json-text.ts';
import type { Wanted } from './kept-programs.ts';
import { requireObject } from './options.ts';
import { wantedOf } from './reference.ts';
import type { MissingKey, RenderOptions, Variables } from './render.ts';
import { signalOf } from './time-limit.ts';

/** One call, with everything that does not change on its way. */
export interface Call {
  readonly wanted: Wanted;
  readonly variables: Variables;
  /** Of the request, should there be one. */
  readonly body: RenderBody;
  readonly missingKey: MissingKey | undefined;
  readonly transcript: boolean;
  readonly contract: ContractPolicy | undefined;
  readonly fallback: FallbackRenderer | undefined;
  readonly signal: AbortSignal | undefined;
}

export function contentOptions(
  { missingKey, transcript, contract }: Call,
  otherwise: MissingKey,
): ContentOptions {
  return { missingKey: missingKey ?? otherwise, transcript, contract };
}

const MISSING_KEYS: ReadonlySet<unknown> = new Set<MissingKey>(['error', 'default', 'zero']);
const POLICIES: ReadonlySet<unknown> = new Set<ContractPolicy>(['warn', 'enforce']);

/** @throws UsageError for a call that cannot work */
export function callOf(
  slug: string,
  given: Variables,
  options: RenderOptions,
  { teamId, fallbacks }: { readonly teamId: string | null; readonly fallbacks: Fallbacks },
): Call {
  requireObject('the options of a call', options);
  const missingKey = options.missingKey ?? undefined;
  const signal = signalOf(options.signal);
  const wanted = wantedOf(slug, options, teamId);
  if (missingKey !== undefined && !MISSING_KEYS.has(missingKey)) {
    throw new UsageError("missingKey must be 'error', 'default' or 'zero'");
  }
  const transcript: unknown = options.transcript ?? false;
  if (typeof transcript !== 'boolean') throw new UsageError('transcript must be true or false');
  const contract = options.contract ?? undefined;
  if (contract !== undefined && !POLICIES.has(contract)) {
    throw new UsageError("contract must be 'warn' or 'enforce'");
  }
  const body = renderBody(given, { missing_key: missingKey, transcript, contract });
  const fallback = fallbacks.of(slug, options.fallback ?? undefined);
  return { wanted, body, variables: body.variables, missingKey, transcript, contract, fallback, signal };
}
