/** Promotes, demotes and archives versions. The prompt's row lock and a partial unique index keep at most one version live. */
import type { Principal } from '@px0/access';
import type { PromptId, VersionStatus } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { requireLiveSeen } from '../limits/mod.ts';
import { type Basis, direct, type Guarded, type Judgement, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { type Allowance, parseAllowance } from './allowance.ts';
import { requireNoBreak } from './contract-breaks.ts';
import { requireMatch } from './etag.ts';
import type { InputSchemas } from './input-schemas.ts';
import { requireNote } from './note.ts';
import { refFor } from './seen-version.ts';
import { after, type Transition } from './states.ts';
import { liveVersion, requireVersion, setStatus } from './store.ts';
import type { VersionRow } from './version-row.ts';

export interface TransitionVersionDependencies {
  readonly changes: PromptChanges;
  readonly schemas: InputSchemas;
  readonly gate: PolicyGate;
}

export interface TransitionOptions {
  readonly ifMatch?: string | undefined;
  /** Why it is done: the text of the audit entry. Called after the caller's right was judged. */
  readonly readInput?: () => { readonly note?: string };
  /** What must hold besides the state machine; judged on the locked rows, last. Returns its refusal. */
  readonly condition?: (version: VersionRow, reader: Reader) => Promise<ApiError | undefined>;
  /** Whether a contract break is refused whatever the contract of the prompt is. */
  readonly requiresContract?: boolean;
  /** What `allow` says; judged after the caller's right. */
  readonly allowed?: string | undefined;
  /** What speaks for it where policies guard it. Default: nothing but the caller's right. */
  readonly basis?: Basis;
  /** Ends the renders that a policy asks for when nobody waits for them any more. */
  readonly signal?: AbortSignal;
}

/** A transition within a change that is open already. */
export interface OpenTransition
  extends Pick<TransitionOptions, 'ifMatch' | 'condition' | 'requiresContract' | 'basis'> {
  readonly allowance?: Allowance;
  readonly note?: string;
  readonly judgement?: Judgement | undefined;
}

const operations = {
  promote: { action: 'promoteVersion', noted: 'version.promoted', published: 'now' },
  demote: { action: 'demoteVersion', noted: 'version.demoted', published: 'kept' },
  archive: { action: 'archiveVersion', noted: 'version.archived', published: 'kept' },
} as const satisfies { readonly [T in Transition]: object };

export class TransitionVersion {
  readonly #deps: TransitionVersionDependencies;

  constructor(deps: TransitionVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws ApiError promptNotFound, forbidden, invalidAllow, what `readInput` throws, noteTooLong, versionNotFound, the refusal of the
   * state, forbidden (what is live, with a key that does not see it), preconditionFailed, contractBreak, what the gate throws, what `condition` returns;
   * tooManyHeavyRenders
   */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: Transition,
    options: TransitionOptions = {},
  ): Promise<VersionRow> {
    const { changes, schemas, gate } = this.#deps;
    const { readInput, allowed, signal = new AbortController().signal } = options;
    const make = (judgement: Judgement | undefined) =>
      changes.make(principal, operations[transition].action, promptId, async (open) => {
        const allowance = parseAllowance(allowed);
        const note = requireNote(readInput?.().note ?? '');
        return this.within(open, ref, transition, { ...options, allowance, note, judgement });
      });
    return gate.judging(signal, (judgement) =>
      schemas.knowing(promptId, ref, undefined, () => make(judgement)),
    );
  }

  /**
   * The same within a change that is open, whose caller was judged. A version whose input schema is not known yet makes it throw what
   * `InputSchemas.knowing` catches.
   *
   * @throws ApiError as `run`
   */
  async within(
    open: PromptChange,
    ref: string,
    transition: Transition,
    options: OpenTransition,
  ): Promise<VersionRow> {
    const { change, prompt, principal, record } = open;
    const { ifMatch, condition, requiresContract = false, allowance, note = '', basis = direct } = options;
    const { noted, published } = operations[transition];
    const before = await requireVersion(change, prompt.id, refFor(principal, ref));
    const status = after(transition, before.status);
    if (status === 'live' || before.status === 'live') requireLiveSeen(principal);
    requireMatch(ifMatch, before);
    const failure = await condition?.(before, change);
    const isJudged = status === 'live' && (requiresContract || prompt.contract !== 'off');
    if (isJudged && allowance === undefined) {
      const live = await liveVersion(change, prompt.id);
      refusingWith(failure, () => requireNoBreak(live, before));
    }
    const guarded = { ...guardedBy(transition, before, status), judgement: options.judgement };
    const permit = await this.#deps.gate.permit(open, guarded, basis);
    if (failure !== undefined) throw failure;
    const { version, replaced } = await setStatus(change, before, { status, published }, permit);
    await record(noted, {
      version: version.number,
      detail: {
        from: before.status,
        to: status,
        ...(replaced === undefined ? {} : { replaced }),
        ...(isJudged && allowance !== undefined ? { allowed: allowance } : {}),
        ...(permit.isRollback ? { rollback: true } : {}),
      },
      text: note,
    });
    return version;
  }
}

/** Runs what has a refusal of its own, which an earlier one goes before. */
function refusingWith(earlier: ApiError | undefined, judge: () => void): void {
  try {
    judge();
  } catch (error) {
    throw earlier !== undefined && error instanceof ApiError ? earlier : error;
  }
}

/** What of the transition policies may guard. */
function guardedBy(transition: Transition, version: VersionRow, status: VersionStatus): Guarded {
  const { number } = version;
  if (transition === 'promote') {
    const to = status === 'live' ? 'live' : 'stable';
    return { transitions: [to], version, proposal: { kind: 'promote', version: number, to } };
  }
  if (transition === 'demote') {
    return { transitions: ['demote'], proposal: { kind: 'demote', version: number } };
  }
  return {
    transitions: [version.status === 'live' ? 'demote' : 'archive'],
    proposal: { kind: 'archive_version', version: number },
  };
}
