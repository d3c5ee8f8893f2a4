/** What the policies of a prompt demand of a change, with the facts read from the database. */
import type { AccessProjection } from '@px0/access';
import type { PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import type {
  Approvals,
  Guarded,
  GuardedPrompt,
  GuardedVersion,
  Judgement,
  PlannedVersion,
  Requirement,
} from './guarded.ts';
import { type Judge, NotJudged } from './judgement.ts';
import type { JudgingPolicy } from './policy-row.ts';
import {
  type CheckJudgement,
  type CheckState,
  guarding,
  type PostedChecks,
  requirementsOf,
} from './requirements.ts';
import { type Policies, wasLiveLately } from './store.ts';

/** How the external checks of a version stand. */
export interface ExternalChecks {
  /** A JSON value of type `PostedChecks`, to be read by another statement. */
  posted(promptId: PromptId, version: PlannedVersion): Sql;
  /** The states by the value of `posted`. */
  states(
    reader: Reader,
    promptId: PromptId,
    version: PlannedVersion,
    posted: PostedChecks,
  ): Promise<ExternalStates> | ExternalStates;
}

/** @param apiKeyIds the keys that may post it; undefined: any key `all` of the team */
export type ExternalStates = (name: string, apiKeyIds: readonly string[] | undefined) => CheckState;

export interface RequirementSources {
  readonly access: AccessProjection;
  readonly store: Policies;
  /** The enabled policies of the team, where they have been read already. */
  readonly policies?: readonly JudgingPolicy[];
  /** Whether this is a plan: renders are judged when it is carried out, and count as good until then. */
  readonly isPlan?: boolean;
  readonly judge: Pick<Judge, 'surroundings'>;
  readonly external: ExternalChecks;
}

export interface Found {
  /** The policies that guard the change, those that it is exempt from included. */
  readonly guarding: readonly JudgingPolicy[];
  /** Those of the organization first, then by name. */
  readonly requirements: readonly { readonly policy: JudgingPolicy; readonly requirement: Requirement }[];
  readonly isRollback: boolean;
}

/** @throws NotJudged where a policy asks how a version renders, and no judgement of what is there now came along */
export async function findRequirements(
  sources: RequirementSources,
  reader: Reader,
  prompt: GuardedPrompt,
  parts: readonly Guarded[],
  approvalsOf: (policy: JudgingPolicy) => Promise<Approvals> | Approvals,
): Promise<Found> {
  const guardedBy: GuardedPart[] = [];
  for (const part of parts) guardedBy.push(await readGuardedPart(sources, reader, prompt, part));
  const all = guardedBy.flatMap(({ policies }) => policies);
  if (all.length === 0) return { guarding: [], requirements: [], isRollback: false };
  const isRollback = await isRollbackOf(reader, prompt, parts, all);
  const requirements = new Map<string, Found['requirements'][number]>();
  for (const guardedPart of guardedBy) {
    const { policies } = guardedPart;
    const demanding = isRollback ? policies.filter(({ rule }) => rule.rollback === 'guarded') : policies;
    if (demanding.length === 0) continue;
    const approvals = new Map<string, Approvals>();
    for (const policy of demanding) approvals.set(policy.id, await approvalsOf(policy));
    const check = await checkJudgement(sources, reader, prompt.id, guardedPart, demanding);
    const demanded = requirementsOf(demanding, {
      isRollback,
      approvals: ({ id }) => approvals.get(id) ?? { given: 0 },
      check,
    });
    for (const [at, requirement] of demanded.entries()) {
      const policy = demanding[at];
      if (policy !== undefined) requirements.set(policy.id, { policy, requirement });
    }
  }
  return { guarding: all, requirements: [...requirements.values()].sort(byScopeAndName), isRollback };
}

/** A part of a change, with the policies that guard it and what was posted about its version, where that was read with them. */
interface GuardedPart {
  readonly part: Guarded;
  readonly policies: readonly JudgingPolicy[];
  readonly posted?: PostedChecks | null;
}

/** Policies and posted checks are read by one statement: nearly every promotion that policies guard needs both. */
async function readGuardedPart(
  { access, external, store, policies: known }: RequirementSources,
  reader: Reader,
  prompt: GuardedPrompt,
  part: Guarded,
): Promise<GuardedPart> {
  if (part.transitions.length === 0 && part.newFolder === undefined) return { part, policies: [] };
  const guardingOf = (policies: readonly JudgingPolicy[]) =>
    guarding(policies, { ...part, slug: prompt.slug, folder: prompt.folder });
  if (known !== undefined) return { part, policies: guardingOf(known) };
  const teamId: TeamId = part.teamId ?? prompt.teamId;
  const isSaved = part.version !== undefined && part.version !== 'unsaved';
  const { policies, posted } = await store.and(
    reader,
    teamId,
    access.team(teamId)?.orgId,
    isSaved ? external.posted(prompt.id, part.version) : undefined,
  );
  return { part, policies: guardingOf(policies), posted };
}

/** What goes live is a version that was live not long ago, and one of these policies cares. */
async function isRollbackOf(
  reader: Reader,
  { id, teamId }: GuardedPrompt,
  parts: readonly Guarded[],
  policies: readonly JudgingPolicy[],
): Promise<boolean> {
  const promoted = parts.find(
    ({ proposal, transitions }) => proposal?.kind === 'promote' && transitions.includes('live'),
  )?.proposal?.version;
  if (promoted === undefined || !policies.some(({ rule }) => rule.rollback === 'exempt')) return false;
  return wasLiveLately(reader, id, teamId, promoted);
}

const nothingToCheck: CheckState = { state: 'success', detail: '' };
const notSaved: CheckState = { state: 'pending', detail: 'the content is not saved yet' };
const notJudged: CheckState = { state: 'pending', detail: 'it is judged when the change is made' };

/** How the checks stand that these policies ask for. */
async function checkJudgement(
  { judge, external, isPlan = false }: RequirementSources,
  reader: Reader,
  promptId: PromptId,
  { part: { version, judgement }, posted }: Omit<GuardedPart, 'policies'>,
  policies: readonly JudgingPolicy[],
): Promise<CheckJudgement> {
  if (version === undefined) return () => nothingToCheck;
  if (version === 'unsaved') return ({ kind }) => (isPlan && kind !== 'external' ? nothingToCheck : notSaved);
  const kinds = new Set(policies.flatMap(({ rule }) => rule.require.checks.map(({ kind }) => kind)));
  const isRendered = kinds.has('assertions') || kinds.has('contract');
  const isJudged = judgement !== 'later' && 'id' in version;
  const rendered =
    isRendered && isJudged ? await current(judge, reader, promptId, version, judgement) : undefined;
  const states = kinds.has('external')
    ? await external.states(
        reader,
        promptId,
        version,
        posted ?? (await postedOf(external, reader, promptId, version)),
      )
    : undefined;
  return ({ kind, name = '', api_key_ids }) => {
    if (kind === 'external') return states?.(name, api_key_ids) ?? notJudged;
    if (isPlan) return nothingToCheck;
    return kind === 'contract' ? stateOf(rendered?.breaks, '; ') : stateOf(rendered?.failed, ', ');
  };
}

async function postedOf(
  external: ExternalChecks,
  reader: Reader,
  promptId: PromptId,
  version: PlannedVersion,
): Promise<PostedChecks> {
  const value = external.posted(promptId, version);
  return onlyRow(await reader.query<{ posted: PostedChecks }>(sql`SELECT ${value} AS posted`)).posted;
}

function stateOf(failures: readonly string[] | undefined, separator: string): CheckState {
  if (failures === undefined) return notJudged;
  return failures.length === 0 ? nothingToCheck : { state: 'failure', detail: failures.join(separator) };
}

/** The judgement, if it is about what is there now. @throws NotJudged */
async function current(
  judge: Pick<Judge, 'surroundings'>,
  reader: Reader,
  promptId: PromptId,
  version: GuardedVersion,
  judgement: Judgement | undefined,
): Promise<Judgement> {
  const isOfVersion =
    judgement?.version.id === version.id && judgement.version.bodyRevision === version.bodyRevision;
  if (judgement !== undefined && isOfVersion) {
    if ((await judge.surroundings(reader, promptId)) === judgement.surroundings) return judgement;
  }
  throw new NotJudged(promptId, version.number);
}

type Demanded = Found['requirements'][number];

function byScopeAndName({ policy: a }: Demanded, { policy: b }: Demanded): number {
  if ((a.teamId === null) !== (b.teamId === null)) return a.teamId === null ? -1 : 1;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
