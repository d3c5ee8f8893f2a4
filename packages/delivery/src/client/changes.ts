/** What an application is told of a prompt that has changed: facts, one at a time, none of them for what it was told before. */
import type { DeliveredPrompt, DeliveredVersion } from '../frames/frame.ts';

/** `text`: of a tagged draft. `many`: so many changes that they are not told one by one. */
export type ChangeKind = 'added' | 'removed' | 'live' | 'tags' | 'status' | 'text' | 'many';

export interface ChangedState {
  readonly live: number | null;
  readonly tags: Readonly<Record<string, number>>;
  readonly status: string;
}

export interface Change {
  /** `*` for `many`. */
  readonly slug: string;
  readonly promptId: string | null;
  readonly teamId: string | null;
  readonly kind: ChangeKind;
  readonly before: ChangedState | null;
  readonly after: ChangedState | null;
}

/** What one edit of a team's prompts means, a change for each kind, `live` first. */
export function changesOf(
  teamId: string,
  before: DeliveredPrompt | undefined,
  after: DeliveredPrompt | undefined,
): readonly Change[] {
  if (before !== undefined && after !== undefined && before.slug !== after.slug) {
    return [...changesOf(teamId, before, undefined), ...changesOf(teamId, undefined, after)];
  }
  const { slug, id } = after ?? before ?? {};
  if (slug === undefined || id === undefined) return [];
  return kindsOf(before, after).map((kind) => ({
    slug,
    promptId: id,
    teamId,
    kind,
    before: stateOf(before),
    after: stateOf(after),
  }));
}

function kindsOf(
  before: DeliveredPrompt | undefined,
  after: DeliveredPrompt | undefined,
): readonly ChangeKind[] {
  if (before === undefined) return ['added'];
  if (after === undefined) return ['removed'];
  const differs: readonly (readonly [ChangeKind, boolean])[] = [
    ['live', before.live !== after.live],
    ['tags', !isSameTags(before.tags, after.tags)],
    ['status', before.status !== after.status],
    ['text', after.versions.some((version) => isEditedDraft(version, before.versions))],
  ];
  return differs.filter(([, isSo]) => isSo).map(([kind]) => kind);
}

function stateOf(prompt: DeliveredPrompt | undefined): ChangedState | null {
  return prompt === undefined ? null : { live: prompt.live, tags: prompt.tags, status: prompt.status };
}

function isSameTags(before: DeliveredPrompt['tags'], after: DeliveredPrompt['tags']): boolean {
  const names = Object.keys(after);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => Object.hasOwn(before, name) && before[name] === after[name])
  );
}

/** A content that was on its way has arrived: that is no edit. */
function isEditedDraft(version: DeliveredVersion, before: readonly DeliveredVersion[]): boolean {
  if (version.status !== 'draft') return false;
  const previous = before.find(({ version: number }) => number === version.version);
  if (previous === undefined || previous.template === null || version.template === null) return false;
  return contentOf(previous) !== contentOf(version);
}

function contentOf({ template, outline, config, schema }: DeliveredVersion): string {
  return JSON.stringify([template, outline, config, schema]);
}
