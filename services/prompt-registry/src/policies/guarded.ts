/** What changes tell the gate of themselves, and what the gate is told of those who want to make them. */
import type { PromptId, policyTransitions, TeamId, VersionStatus, Wire } from '@px0/contracts';
import type { AuditNote, Change } from '../changes/mod.ts';
import type { JudgingPolicy } from './policy-row.ts';

/** What a policy may guard. */
export type Transition = (typeof policyTransitions)[number];

/** A prompt, as far as policies look at it. */
export interface GuardedPrompt {
  readonly id: PromptId;
  readonly teamId: TeamId;
  readonly slug: string;
  readonly folder: string;
}

/** An open change of a prompt, whose row is locked. */
export interface OpenChange {
  readonly change: Change;
  readonly prompt: GuardedPrompt;
  record(
    action: AuditNote['action'],
    facts?: Pick<AuditNote, 'version' | 'detail' | 'text' | 'changeRequestId'>,
  ): Promise<void>;
}

/** Of a version, what the gate judges it by. */
export interface GuardedVersion {
  readonly id: string;
  readonly number: number;
  readonly status: VersionStatus;
  readonly bodyRevision: number;
}

/** A version of a plan, whose renders are judged when it is carried out. */
export type PlannedVersion = Pick<GuardedVersion, 'number'>;

/** A version as it was judged. */
export interface Judgement {
  readonly version: Pick<GuardedVersion, 'id' | 'bodyRevision'>;
  /** What else it depends on: the payloads and the live version. */
  readonly surroundings: string;
  /** Names of the payloads whose assertions fail, or with which the version does not render. */
  readonly failed: readonly string[];
  /** What the version refuses that the live one accepts. */
  readonly breaks: readonly string[];
}

/** A change that policies may guard. */
export interface Guarded {
  /**
   * A policy that names one of them guards the change. Archiving and moving a prompt name `live` and `tag`, too: either would change what
   * callers get, or shed the policy. None: only what `newFolder` sheds is guarded.
   */
  readonly transitions: readonly Transition[];
  /** The tags that `tag` is about. Absent: any. */
  readonly tags?: readonly string[];
  /** The version that callers get after the change, as it is saved: what checks judge. `unsaved`: one that nothing has judged yet. Absent: none. */
  readonly version?: GuardedVersion | PlannedVersion | 'unsaved';
  /** What rendering says of the version, as `PolicyGate.judging` gives it. `later`: checks that need it are pending. */
  readonly judgement?: Judgement | 'later' | undefined;
  /** The team whose policies decide. Default: that of the prompt. */
  readonly teamId?: TeamId;
  /** The folder after the change: leaving the folders of a policy is guarded as a move. Default: it stays. */
  readonly newFolder?: string;
  /** The change as a request would propose it. Absent: no request can be about it. */
  readonly proposal?: Wire<'Change'>;
}

/** What speaks for a change. */
export type Basis =
  | {
      readonly kind: 'direct';
      /** The raw value of the header `Px0-Break-Glass`. */
      readonly breakGlass?: string | undefined;
    }
  | { readonly kind: 'request'; readonly request: OpenRequest };

/** Nothing but the caller's own right. */
export const direct: Basis = { kind: 'direct' };

/** The basis of a request that makes a change itself. */
export function directBasis(header: (name: string) => string | undefined): Basis {
  return { kind: 'direct', breakGlass: header('px0-break-glass') };
}

/** The change request that is applied. Change requests implement it. */
export interface OpenRequest {
  /** How many approvals count for the policy, now; and why it stands in the way whatever their number, such as `changes requested`. */
  approvals(policy: JudgingPolicy): Promise<Approvals> | Approvals;
  /** The refusal when these are not all satisfied: `change request is not ready: …`. */
  refusal(requirements: readonly Requirement[]): Error;
}

export interface Approvals {
  readonly given: number;
  readonly objections?: readonly string[];
}

/** What a policy demands of a change, and what of it is met. */
export type Requirement = Wire<'Requirement'>;
