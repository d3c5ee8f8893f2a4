/** The limits of an API key: as a form, and in words. */
import type { Wire } from '@px0/contracts';
import { patternsFault, patternsIn } from './patterns.ts';

type KeyLimits = NonNullable<Wire<'APIKey'>['limits']>;

export interface LimitsForm {
  readonly prompts: 'all' | 'some';
  readonly slugs: string;
  readonly versions: 'all' | 'some';
  readonly live: boolean;
  readonly tags: string;
}

export const noLimits: LimitsForm = { prompts: 'all', slugs: '', versions: 'all', live: true, tags: '' };

/** Why the form cannot be sent; undefined if it can. */
export function limitsFault({ prompts, slugs, versions, live, tags }: LimitsForm): string | undefined {
  if (prompts === 'some') {
    const fault = patternsFault(slugs, 'slug');
    if (fault !== undefined) return fault;
  }
  if (versions === 'all') return undefined;
  if (!live && patternsIn(tags).length === 0) return 'Choose the live version or a tag';
  return patternsIn(tags).length === 0 ? undefined : patternsFault(tags, 'tag');
}

/** Undefined: no limits. */
export function limitsOf({ prompts, slugs, versions, live, tags }: LimitsForm): KeyLimits | undefined {
  if (prompts === 'all' && versions === 'all') return undefined;
  return {
    ...(prompts === 'some' && { slugs: patternsIn(slugs) }),
    ...(versions === 'some' && { refs: { live, tags: patternsIn(tags) } }),
  };
}

/** What a key may see, as short lines. */
export function limitsTexts(limits: KeyLimits | undefined): readonly string[] {
  const { slugs, refs } = limits ?? {};
  const read = refs === undefined ? [] : [...(refs.live ? ['live'] : []), ...refs.tags];
  return [
    ...(slugs === undefined ? [] : [`Prompts: ${slugs.join(', ')}`]),
    ...(refs === undefined ? [] : [`Versions: ${read.join(', ')}`]),
  ];
}
