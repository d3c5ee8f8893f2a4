/** What an import would refuse of what callers send today: judged before anything is changed, and again when a version goes live. */
import type { Reader } from '@px0/owner';
import { type InputSchemas, liveVersion, namingPrompt, requireNoBreak } from '../versions/mod.ts';
import type { Contents, DocumentPrompt, PromptDocument } from './document.ts';
import type { Change } from './plan.ts';
import type { PresentRow } from './store.ts';

export interface BreaksDependencies {
  readonly reader: Reader;
  readonly schemas: InputSchemas;
}

export interface PlannedImport {
  readonly document: PromptDocument;
  readonly contents: Contents;
  readonly bySlug: ReadonlyMap<string, PresentRow>;
  readonly changes: readonly Change[];
}

/** @throws ContractBreak, of the first prompt that has one; ApiError tooManyHeavyRenders, serviceUnavailable */
export async function requireNoBreaks(
  { reader, schemas }: BreaksDependencies,
  { document, contents, bySlug, changes }: PlannedImport,
  signal: AbortSignal,
): Promise<void> {
  const promotions = Map.groupBy(changes.filter(isPromotion), ({ slug }) => slug);
  for (const prompt of document.prompts) {
    const present = bySlug.get(prompt.slug);
    if (present === undefined || (prompt.contract ?? present.contract) === 'off') continue;
    const digest = goingLive(prompt, present, promotions.get(prompt.slug)?.at(-1));
    const next = digest === undefined ? undefined : contents.get(digest);
    const live = present.versions.find(({ status }) => status === 'live');
    if (next === undefined || live === undefined) continue;
    await namingPrompt(prompt.slug, () =>
      schemas.knowing(present.id, String(live.number), signal, async () =>
        requireNoBreak(await liveVersion(reader, present.id), next),
      ),
    );
  }
}

type Promotion = Extract<Change, { readonly action: 'promote_version' | 'archive_version' }>;

function isPromotion(change: Change): change is Promotion {
  return change.action === 'promote_version';
}

/** The content of the version that the last promotion makes live; undefined if that is of another one. */
function goingLive(
  { versions }: DocumentPrompt,
  present: PresentRow,
  last: Promotion | undefined,
): string | undefined {
  const live = versions.find(({ status }) => status === 'live');
  if (live === undefined || last === undefined) return undefined;
  const { version } = last;
  const isLive =
    'created' in version
      ? version.created === live.number
      : present.versions.some(({ number, digest }) => number === version.existing && digest === live.digest);
  return isLive ? live.digest : undefined;
}
