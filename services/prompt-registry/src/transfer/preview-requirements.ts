/** What policies ask of the changes of a preview, by prompt and by what they guard. */
import type { TeamId, Wire } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { InvalidPrompt } from './document.ts';
import type { Change, PresentPrompt, VersionHandle } from './plan.ts';
import type { PresentRow } from './store.ts';

/** The changes of a plan, and what the team has. */
export interface PreviewedPlan {
  readonly teamId: TeamId;
  readonly changes: readonly Change[];
  readonly bySlug: ReadonlyMap<string, PresentRow>;
}

/** A change that policies would refuse. */
export interface GuardedChange {
  readonly change: Change;
  readonly requirements: readonly Wire<'Requirement'>[];
}

/** Judges a plan as an import would. @throws ApiError protectedTagOnDraft */
export type JudgePlan = (plan: PreviewedPlan) => Promise<readonly GuardedChange[]>;

export type PreviewedRequirement = Wire<'ImportPreview'>['requirements'][number];

export interface PreviewedRequirements {
  readonly requirements: readonly PreviewedRequirement[];
  /** What policies refuse whatever anybody approves. */
  readonly invalid: readonly InvalidPrompt[];
}

/** What one prompt is refused for says nothing of the others. */
export async function previewRequirements(
  judge: JudgePlan,
  plan: PreviewedPlan,
): Promise<PreviewedRequirements> {
  try {
    return { requirements: (await judge(plan)).flatMap((one) => shown(one, plan)), invalid: [] };
  } catch (error) {
    const slugs = [...new Set(plan.changes.map(({ slug }) => slug))];
    const [slug] = slugs;
    if (!(error instanceof ApiError) || error.code !== 'protectedTagOnDraft' || slug === undefined)
      throw error;
    if (slugs.length === 1) return { requirements: [], invalid: [{ slug, error: error.publicMessage }] };
    const parts: PreviewedRequirements[] = [];
    for (const one of slugs) {
      const changes = plan.changes.filter((change) => change.slug === one);
      parts.push(await previewRequirements(judge, { ...plan, changes }));
    }
    return {
      requirements: parts.flatMap(({ requirements }) => requirements),
      invalid: parts.flatMap(({ invalid }) => invalid),
    };
  }
}

function shown({ change, requirements }: GuardedChange, { bySlug }: PreviewedPlan): PreviewedRequirement[] {
  const { slug } = change;
  const transition = transitionOf(change, bySlug.get(slug));
  const tag = change.action === 'set_tag' ? change.tag : null;
  return requirements
    .filter(({ satisfied }) => !satisfied)
    .map((requirement) => ({ ...requirement, slug, transition, tag }));
}

/** What of the change a policy guards. */
function transitionOf(
  change: Change,
  present: PresentPrompt | undefined,
): PreviewedRequirement['transition'] {
  switch (change.action) {
    case 'promote_version':
      return change.to;
    case 'archive_version':
      return statusOf(change.version, present) === 'live' ? 'demote' : 'archive';
    case 'set_tag':
      return 'tag';
    case 'set_folder':
      return 'move';
    case 'archive_prompt':
    case 'restore_prompt':
      return 'archive';
    default:
      return 'payloads';
  }
}

function statusOf(version: VersionHandle, present: PresentPrompt | undefined) {
  if (!('existing' in version)) return 'draft';
  return present?.versions.find(({ number }) => number === version.existing)?.status;
}
