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

/** A change request that an import opens in the place of a change that needs approval. */
export interface Opening {
  readonly action: 'open_change_request';
  readonly slug: string;
  /** The change, the last one where several steps of a version are proposed at once. */
  readonly proposed: Change;
  /** What the request proposes, given the number of the version that it is about. */
  readonly proposal: (version: number | undefined) => NonNullable<Guarded['proposal']>;
}

/**
 * The plan with change requests in the place of what needs approval. A version that needs one for each of its steps gets one request for all of them.
 *
 * @throws ApiError changeRequestRequired for what no request can be about; checksFail
 */
export function withRequests({ ordered, refused, order }: JudgedPlan): (Change | Opening)[] {
  const needing = new Set(refused.filter(needsApproval).map(({ change }) => change));
  const steps = (change: Change) =>
    change.action === 'promote_version'
      ? ordered.filter(
          (other) =>
            other.slug === change.slug &&
            other.action === 'promote_version' &&
            isSame(other.version, change.version),
        )
      : [change];
  // What cannot be proposed stands in the way of the whole import, as without requests.
  const stuck = refused.filter((one) => {
    const { change } = one;
    const isOnDraft =
      change.action === 'set_tag' &&
      ordered.some((other) => isStepOf(other, change.version, change.slug) && needing.has(other));
    return !needsApproval(one) || isOnDraft || proposalOf(change) === undefined;
  });
  requireNoRefusal({ refused: stuck, order });
  return ordered.flatMap((change): (Change | Opening)[] => {
    const whole = steps(change);
    const isProposed = whole.slice(0, whole.indexOf(change) + 1).some((step) => needing.has(step));
    if (!isProposed) return [change];
    const proposal = proposalOf(change);
    const isLast = whole.at(-1) === change;
    if (!isLast || proposal === undefined) return [];
    return [{ action: 'open_change_request', slug: change.slug, proposed: change, proposal }];
  });
}

function needsApproval({ requirements }: RefusedChange): boolean {
  return directRefusal(requirements)?.code === 'changeRequestRequired';
}

function isStepOf(change: Change, version: VersionHandle, slug: string): boolean {
  return change.slug === slug && change.action === 'promote_version' && isSame(change.version, version);
}

/** Undefined: no request can be about it. */
function proposalOf(change: Change): Opening['proposal'] | undefined {
  switch (change.action) {
    case 'promote_version':
      return (version) => ({ kind: 'promote', to: change.to, ...numbered(version) });
    case 'archive_version':
      return (version) => ({ kind: 'archive_version', ...numbered(version) });
    case 'set_tag':
      return (version) => ({ kind: 'set_tag', tag: change.tag, ...numbered(version) });
    case 'archive_prompt':
    case 'restore_prompt':
      return () => ({ kind: change.action });
    case 'create_payload': {
      const { name, variables } = change;
      const set = { variables, ...(name !== null && { name }) };
      return () => ({ kind: 'payload', payload_id: null, set });
    }
    case 'update_payload':
      return () => ({ kind: 'payload', payload_id: change.id, set: { variables: change.variables } });
    default:
      return undefined;
  }
}

function numbered(version: number | undefined): { readonly version?: number } {
  return version === undefined ? {} : { version };
}

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
    if (change.action === 'promote_version') statuses.set(keyOf(change.version), change.to);
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
      const { to } = change;
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
