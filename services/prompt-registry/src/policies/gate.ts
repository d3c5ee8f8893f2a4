/**
 * Where every change of a prompt that policies may guard gets its permit, in the transaction of the change and under the prompt's lock: the
 * API, imports and change requests obey alike.
 * See docs/decisions/200-permits.md.
 */
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Change } from '../changes/mod.ts';
import { mayBreakGlass, readReason } from './break-glass.ts';
import { type Found, findRequirements, type RequirementSources } from './find-requirements.ts';
import type {
  Approvals,
  Basis,
  Guarded,
  GuardedPrompt,
  Judgement,
  OpenChange,
  OpenRequest,
  Requirement,
} from './guarded.ts';
import { type Judge, judging } from './judgement.ts';
import { Permit } from './permit.ts';
import { noteRefusal } from './refusals.ts';
import { directRefusal, guards } from './requirements.ts';
import { Policies } from './store.ts';

/** Keeps what was done against policies. Change requests implement it. */
export interface BrokenGlass {
  /** Writes a request in the state `applied` beside the change. Its id; undefined for a change that no request can be about. */
  keep(open: OpenChange, guarded: Guarded, reason: string): Promise<string | undefined>;
}

export interface PolicyGateDependencies extends Omit<RequirementSources, 'store'> {
  readonly judge: Judge;
  /** Absent: the audit alone keeps it. */
  readonly brokenGlass?: BrokenGlass | undefined;
}

/** What policies say of a plan. How versions render is judged when it is carried out. */
export interface PlanPolicies {
  readonly isEmpty: boolean;
  guard(prompt: Pick<GuardedPrompt, 'slug' | 'folder'>, guarded: Guarded): boolean;
  requirements(prompt: GuardedPrompt, guarded: Guarded): Promise<Requirement[]>;
  /** The same in the order of their policies: those of the organization first, then by name. */
  order(requirements: readonly Requirement[]): Requirement[];
}

/** A prompt that goes from one folder to another. */
export interface FolderMove extends Pick<GuardedPrompt, 'slug' | 'folder'> {
  readonly newFolder: string;
}

const unapproved = (): Approvals => ({ given: 0 });

export class PolicyGate {
  readonly #deps: PolicyGateDependencies & Pick<RequirementSources, 'store'>;

  constructor(deps: PolicyGateDependencies) {
    this.#deps = { ...deps, store: new Policies() };
  }

  /**
   * The permit for an open change, asked for after all of its own refusals. Several parts are one change under the rules of several teams;
   * the first of them is what the change is called.
   *
   * @throws ApiError reasonRequired, breakGlassReasonTooLong, protectedTagOnDraft, forbidden, changeRequestRequired, checksFail; the refusal of
   * the request that is applied
   * @throws NotJudged where a policy asks how the version renders: `judging` then finds out, and tries again
   */
  async permit(
    open: OpenChange,
    guarded: Guarded | readonly [Guarded, ...Guarded[]],
    basis: Basis,
  ): Promise<Permit> {
    const reason = basis.kind === 'direct' ? readReason(basis.breakGlass) : undefined;
    const parts: readonly [Guarded, ...Guarded[]] = 'transitions' in guarded ? [guarded] : guarded;
    const approvalsOf = basis.kind === 'request' ? basis.request.approvals.bind(basis.request) : unapproved;
    const found = await findRequirements(this.#deps, open.change, open.prompt, parts, approvalsOf);
    requireNoProtectedTagOnDraft(parts, found);
    const standing = found.requirements.filter(({ requirement }) => !requirement.satisfied);
    if (standing.length === 0) return Permit.grant(found);
    const requirements = found.requirements.map(({ requirement }) => requirement);
    if (basis.kind === 'request') throw basis.request.refusal(requirements);
    if (reason !== undefined) {
      await this.#breakGlass(open, parts[0], standing, reason);
      return Permit.grant(found);
    }
    const refusal = directRefusal(requirements);
    if (refusal === undefined) return Permit.grant(found);
    noteRefusal(parts[0].transitions[0] ?? 'move');
    throw new ApiError(refusal.code, { detail: refusal.detail });
  }

  /** What policies demand of a change that somebody may make. @throws NotJudged, as `permit` */
  async requirements(
    reader: Reader,
    prompt: GuardedPrompt,
    guarded: Guarded | readonly Guarded[],
    approvalsOf: OpenRequest['approvals'] = unapproved,
  ): Promise<Requirement[]> {
    const parts = 'transitions' in guarded ? [guarded] : guarded;
    const { requirements } = await findRequirements(this.#deps, reader, prompt, parts, approvalsOf);
    return requirements.map(({ requirement }) => requirement);
  }

  /** The policies of a team, read once for a plan of many changes. */
  async plan(reader: Reader, teamId: TeamId): Promise<PlanPolicies> {
    const { access, store } = this.#deps;
    const policies = await store.of(reader, teamId, access.team(teamId)?.orgId);
    const sources = { ...this.#deps, policies, isPlan: true };
    return {
      isEmpty: policies.length === 0,
      order: (requirements) =>
        policies.flatMap(({ id }) => requirements.filter(({ policy_id }) => policy_id === id)),
      guard: ({ slug, folder }, guarded) =>
        policies.some((policy) => guards(policy, { ...guarded, slug, folder })),
      requirements: async (prompt, guarded) => {
        const { requirements } = await findRequirements(sources, reader, prompt, [guarded], unapproved);
        return requirements.map(({ requirement }) => requirement);
      },
    };
  }

  /**
   * The permit for moving prompts of a team to other folders, which takes some out of the folders of policies: all or none of them.
   *
   * @throws ApiError changeRequestRequired
   */
  async permitFolders(change: Change, teamId: TeamId, moves: readonly FolderMove[]): Promise<Permit> {
    const { access, store } = this.#deps;
    const policies = await store.of(change, teamId, access.team(teamId)?.orgId);
    const demanding = policies.filter(({ rule }) => rule.require.approvals > 0);
    const standing = demanding.filter((policy) =>
      moves.some(({ slug, folder, newFolder }) =>
        guards(policy, { transitions: [], slug, folder, newFolder }),
      ),
    );
    if (standing.length === 0) return Permit.grant();
    noteRefusal('move');
    throw new ApiError('changeRequestRequired', { detail: standing.map(({ name }) => name).join(', ') });
  }

  /** Does work that asks for permits, with the judgement that a policy turns out to want. */
  judging<T>(signal: AbortSignal, work: (judgement: Judgement | undefined) => Promise<T>): Promise<T> {
    return judging(this.#deps.judge, signal, work);
  }

  async #breakGlass(
    open: OpenChange,
    guarded: Guarded,
    standing: Found['requirements'],
    reason: string,
  ): Promise<void> {
    const { access, brokenGlass } = this.#deps;
    const { actor } = open.change;
    const isNamed = standing.every(({ policy }) => mayBreakGlass(access, actor, open.prompt.teamId, policy));
    if (!isNamed) throw new ApiError('forbidden');
    const version = typeof guarded.version === 'object' ? guarded.version.number : undefined;
    const changeRequestId = await brokenGlass?.keep(open, guarded, reason);
    await open.record('policy.broken', {
      version,
      changeRequestId,
      detail: {
        transition: guarded.transitions[0] ?? 'move',
        policies: standing.map(({ policy }) => policy.id).join(','),
      },
      text: reason,
    });
  }
}

/** Readers of a protected tag get what has been judged, which a draft can change under them. @throws ApiError protectedTagOnDraft */
function requireNoProtectedTagOnDraft(parts: readonly Guarded[], { guarding }: Found): void {
  const isOnDraft = parts.some(
    ({ proposal, version }) =>
      proposal?.kind === 'set_tag' &&
      typeof version === 'object' &&
      'status' in version &&
      version.status === 'draft',
  );
  if (isOnDraft && guarding.length > 0) throw new ApiError('protectedTagOnDraft');
}
