/** Steps 1 and 3 to 6 of a local render: what it is made of, or who else must answer. */
import { type DeliveredVersion, LANGUAGE_LEVEL } from '../frames/frame.ts';
import { parseVersionRef } from '../version-ref.ts';
import type { Refusal } from './answer.ts';
import type { ClientState } from './connection-state.ts';
import type { HeldPrompt, PromptIndex } from './prompt-index.ts';

/** A prompt by its slug, in one team or any, and its live version or another, by number or tag. */
export interface Wanted {
  readonly slug: string;
  readonly teamId?: string | undefined;
  readonly ref?: string | undefined;
}

/** A version with all that renders it. Always the same object until it changes, so what is compiled may be kept with it. */
export type CompleteVersion = DeliveredVersion & { readonly template: string };

export type Location =
  | { readonly kind: 'held'; readonly prompt: HeldPrompt; readonly version: CompleteVersion }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'closed' }
  /** px0 would say the same: it does not exist. */
  | { readonly kind: 'gone'; readonly error: string }
  /** Only px0 can answer. `prompt`: where it is held, but not the version. */
  | { readonly kind: 'elsewhere'; readonly reason: string; readonly prompt?: HeldPrompt };

export interface LocateContext {
  readonly state: ClientState;
  readonly refusal: Refusal | undefined;
  /** The audience that was asked for. */
  readonly slugs: readonly string[] | undefined;
  readonly teamId: string | undefined;
  /** Whether the team that is named, if one is, is held. Of another one px0 may say that the caller must not see it. */
  readonly holdsTeam: boolean;
}

export function locateIn(
  index: PromptIndex,
  { slug, teamId, ref }: Wanted,
  context: LocateContext,
): Location {
  if (context.state === 'closed') return { kind: 'closed' };
  if (context.refusal !== undefined) return { kind: 'refused', refusal: context.refusal };
  const found = index.find(slug, teamId);
  if (found === undefined) return absent('prompt not found', slug, teamId, context);
  const { prompt } = found;
  const wanted = ref === undefined ? undefined : parseVersionRef(ref);
  if (wanted === undefined && prompt.live === null) {
    return absent('no live version found for this prompt', slug, teamId, context);
  }
  const tagged =
    wanted?.kind === 'tag' && Object.hasOwn(prompt.tags, wanted.tag) ? prompt.tags[wanted.tag] : undefined;
  if (wanted?.kind === 'tag' && tagged === undefined)
    return absent('version not found', slug, teamId, context);
  const number = wanted?.kind === 'number' ? wanted.number : (tagged ?? prompt.live);
  const version = prompt.versions.find((one) => one.version === number);
  if (version === undefined) return elsewhere('the version is not delivered', found);
  if (!isComplete(version)) return elsewhere(`the version is ${version.missing ?? 'missing'}`, found);
  // A level that is absent or no number is one of a later px0.
  if (!(version.language <= LANGUAGE_LEVEL))
    return elsewhere('the version needs a later template language', found);
  return { kind: 'held', prompt: found, version };
}

function isComplete(version: DeliveredVersion): version is CompleteVersion {
  return version.template !== null;
}

/** It does not exist only if all that may exist is held. */
function absent(error: string, slug: string, teamId: string | undefined, context: LocateContext): Location {
  const { state, slugs, teamId: ownTeam, holdsTeam } = context;
  if (state !== 'ready') return elsewhere(`the state is ${state}`);
  const isWithin =
    holdsTeam && (slugs?.includes(slug) ?? true) && (ownTeam === undefined || teamId === ownTeam);
  return isWithin ? { kind: 'gone', error } : elsewhere('the prompt is outside of what was asked for');
}

function elsewhere(reason: string, prompt?: HeldPrompt): Location {
  return { kind: 'elsewhere', reason, ...(prompt && { prompt }) };
}
