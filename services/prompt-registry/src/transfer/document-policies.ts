/** Which policies stand in the way of an import: judged as a whole before anything is changed, and again with each change. */
import type { PromptId, TeamId, VersionStatus } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import {
  directRefusal,
  type Guarded,
  type GuardedPrompt,
  type PlanPolicies,
  type PolicyGate,
  type Requirement,
} from '../policies/mod.ts';
import type { Change, VersionHandle } from './plan.ts';
import type { PresentRow } from './store.ts';

export interface PlannedChanges {
  readonly teamId: TeamId;
  readonly changes: readonly Change[];
  readonly bySlug: ReadonlyMap<string, PresentRow>;
}

/** A change that policies refuse. */
export interface RefusedChange {
  readonly change: Change;
  readonly requirements: readonly Requirement[];
}

export interface JudgedPlan {
  readonly ordered: readonly Change[];
  readonly refused: readonly RefusedChange[];
  /** Puts requirements into the order of their policies. */
  readonly order: PlanPolicies['order'];
}

/** No prompt has it: of one that the import creates, nothing is known yet. */
const NEW_PROMPT = '00000000-0000-0000-0000-000000000000' as PromptId;

/**
 * The changes in an order in which protected tags are put on versions that have left draft, and those among them that policies refuse.
 *
 * @throws ApiError protectedTagOnDraft
 */
export async function judgePlan(
  { reader, gate }: { readonly reader: Reader; readonly gate: PolicyGate },
  { teamId, changes, bySlug }: PlannedChanges,
): Promise<JudgedPlan> {
  const policies = await gate.plan(reader, teamId);
  const { order } = policies;
  if (policies.isEmpty) return { ordered: changes, refused: [], order };
  const ordered: Change[] = [];
  const refused: RefusedChange[] = [];
  for (const ofPrompt of Map.groupBy(changes, ({ slug }) => slug).values()) {
    const [first] = ofPrompt;
    if (first === undefined) continue;
    const present = bySlug.get(first.slug);
    const prompt: GuardedPrompt = {
      id: present?.id ?? NEW_PROMPT,
      teamId,
      slug: first.slug,
      folder: present?.folder ?? (first.action === 'create_prompt' ? first.folder : ''),
    };
    const protects = (tag: string) => policies.guard(prompt, { transitions: ['tag'], tags: [tag] });
    const sequence = promotedBeforeTags(ofPrompt, protects);
    ordered.push(...sequence);
    refused.push(...(await refusedOf(policies, prompt, sequence, present, protects)));
  }
  return { ordered, refused, order };
}

/** @throws ApiError changeRequestRequired, checksFail; both say which prompts they are about */
export function requireNoRefusal({ refused, order }: Omit<JudgedPlan, 'ordered'>): void {
  const all = refused.flatMap(({ requirements }) => requirements);
  const refusal = directRefusal(order(all));
  if (refusal === undefined) return;
  const isMeant = ({ requirements }: RefusedChange) => directRefusal(requirements)?.code === refusal.code;
  const slugs = [...new Set(refused.filter(isMeant).map(({ change }) => change.slug))];
  const shown = slugs.length > MOST_SLUGS ? [...slugs.slice(0, MOST_SLUGS), '…'] : slugs;
  throw new ApiError(refusal.code, { detail: `${refusal.detail} (${shown.join(', ')})` });
}

/** More are of no use to a reader. */
const MOST_SLUGS = 20;

/** A tag comes before its version goes live, since nothing goes live before all that belongs to it is there; stable it may be before. */
function promotedBeforeTags(changes: readonly Change[], protects: (tag: string) => boolean): Change[] {
  const early = new Set<Change>();
  const sequence: Change[] = [];
  for (const [index, change] of changes.entries()) {
    if (early.has(change)) continue;
    if (change.action === 'set_tag' && protects(change.tag)) {
      const steps = changes
        .slice(index)
        .filter((other) => other.action === 'promote_version' && isSame(other.version, change.version));
      // Two steps: from draft to stable, which the tag waits for, and on to live.
      const [toStable] = steps.length > 1 ? steps : [];
      if (toStable !== undefined && !early.has(toStable)) {
        early.add(toStable);
        sequence.push(toStable);
      }
    }
    sequence.push(change);
  }
  return sequence;
}

async function refusedOf(
  policies: PlanPolicies,
  prompt: GuardedPrompt,
  changes: readonly Change[],
  present: PresentRow | undefined,
  protects: (tag: string) => boolean,
): Promise<RefusedChange[]> {
  const statuses = new Map<string, VersionStatus>(
    present?.versions.map(({ number, status }) => [keyOf({ existing: number }), status]),
  );
  const refused: RefusedChange[] = [];
  for (const change of changes) {
    const status = 'version' in change ? (statuses.get(keyOf(change.version)) ?? 'draft') : undefined;
    if (change.action === 'set_tag' && status === 'draft' && protects(change.tag))
      throw new ApiError('protectedTagOnDraft');
    const guarded = guardedBy(change, status);
    if (change.action === 'promote_version')
      statuses.set(keyOf(change.version), status === 'draft' ? 'stable' : 'live');
    if (guarded === undefined || !policies.guard(prompt, guarded)) continue;
    const requirements = await policies.requirements(prompt, guarded);
    if (directRefusal(requirements) !== undefined) refused.push({ change, requirements });
  }
  return refused;
}

/** What of the change policies may guard. Renders are judged when the change is made; a version that is not saved yet lacks other checks. */
function guardedBy(change: Change, status: VersionStatus | undefined): Guarded | undefined {
  switch (change.action) {
    case 'promote_version': {
      const to = status === 'draft' ? 'stable' : 'live';
      return { transitions: [to], ...versionOf(change.version, { kind: 'promote', to }) };
    }
    case 'archive_version':
      return { transitions: [status === 'live' ? 'demote' : 'archive'] };
    case 'set_tag':
      return {
        transitions: ['tag'],
        tags: [change.tag],
        ...versionOf(change.version, { kind: 'set_tag', tag: change.tag }),
      };
    case 'create_payload':
    case 'update_payload':
    case 'set_contract':
      return { transitions: ['payloads'] };
    case 'set_folder':
      return { transitions: [], newFolder: change.folder };
    case 'archive_prompt':
      return { transitions: ['archive', 'live', 'tag'] };
    case 'restore_prompt':
      return { transitions: ['archive'] };
    default:
      return undefined;
  }
}

function versionOf(
  version: VersionHandle,
  proposal: NonNullable<Guarded['proposal']>,
): Pick<Guarded, 'version' | 'proposal'> {
  return 'existing' in version
    ? { version: { number: version.existing }, proposal: { ...proposal, version: version.existing } }
    : { version: 'unsaved', proposal };
}

function isSame(a: VersionHandle, b: VersionHandle): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(version: VersionHandle): string {
  return 'existing' in version ? `existing ${version.existing}` : `created ${version.created}`;
}
