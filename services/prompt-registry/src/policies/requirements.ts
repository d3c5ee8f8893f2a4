/** Which policies guard a change, and what they demand of it. Pure: what is known of the change comes in as facts. */
import { compilePatterns } from '@px0/contracts/pattern';
import type { Approvals, Guarded, GuardedPrompt, Requirement } from './guarded.ts';
import type { JudgingPolicy } from './policy-row.ts';

/** What is guarded of which prompt. */
export type Subject = Pick<Guarded, 'transitions' | 'tags' | 'newFolder'> &
  Pick<GuardedPrompt, 'slug' | 'folder'>;

export type CheckState = Pick<Requirement['checks'][number], 'state' | 'detail'>;

/** What was posted about a version. */
export interface PostedChecks {
  /** The digest of the version's content in hexadecimal; null: not computed yet, or there is no such version. */
  readonly digest: string | null;
  /** What was said of that content, or of any while the digest is not known; the newest first. */
  readonly checks: readonly PostedCheck[];
}

export interface PostedCheck extends CheckState {
  readonly name: string;
  readonly apiKeyId: string;
  /** Of the content that it is about, in hexadecimal. */
  readonly digest: string;
}

/** How a check of a policy stands. */
export type CheckJudgement = (check: JudgingPolicy['rule']['require']['checks'][number]) => CheckState;

/** What is known of a change. */
export interface ChangeFacts {
  /** Whether it puts a version live that was live not long ago. */
  readonly isRollback: boolean;
  readonly approvals: (policy: JudgingPolicy) => Approvals;
  readonly check: CheckJudgement;
}

/** The policies among these that guard the change, in their order. */
export function guarding(policies: readonly JudgingPolicy[], subject: Subject): JudgingPolicy[] {
  return policies.filter((policy) => guards(policy, subject));
}

/** Whether the policy is about this prompt and this change. */
export function guards({ rule }: JudgingPolicy, subject: Subject): boolean {
  const { slugs, folders, transitions, tags } = rule.match;
  const named = subject.transitions.filter((transition) => transitions.includes(transition));
  const isShed = subject.newFolder !== undefined && folders !== undefined && isShedding(transitions);
  if (named.length === 0 && !isShed) return false;
  const isIn = folders === undefined ? () => true : compiled(folders);
  if (!compiled(slugs)(subject.slug) || !isIn(subject.folder)) return false;
  if (subject.newFolder !== undefined && isShed && !isIn(subject.newFolder)) return true;
  if (named.some((transition) => transition !== 'tag')) return true;
  if (named.length === 0) return false;
  return tags === undefined || (subject.tags?.some(compiled(tags)) ?? true);
}

/** Policies stay in memory from one change to the next, so their patterns are compiled once. */
const matchers = new WeakMap<readonly string[], (text: string) => boolean>();

function compiled(patterns: readonly string[]): (text: string) => boolean {
  const known = matchers.get(patterns) ?? compilePatterns(patterns);
  matchers.set(patterns, known);
  return known;
}

/** Whether leaving the policy's folders would be a way around it, as moving out of its team is. */
function isShedding(transitions: readonly string[]): boolean {
  return ['move', 'live', 'tag'].some((transition) => transitions.includes(transition));
}

/** What these policies demand of the change, those that it is exempt from left out. */
export function requirementsOf(policies: readonly JudgingPolicy[], facts: ChangeFacts): Requirement[] {
  return policies
    .filter(({ rule }) => !facts.isRollback || rule.rollback === 'guarded')
    .map((policy) => requirementOf(policy, facts));
}

function requirementOf(policy: JudgingPolicy, facts: ChangeFacts): Requirement {
  const { approvals: needed, checks } = policy.rule.require;
  const { given, objections = [] } = facts.approvals(policy);
  const judged = checks.map((check) => {
    const { state, detail } = facts.check(check);
    return { kind: check.kind, name: check.name ?? null, state, detail };
  });
  const missing = needed - given;
  const unmet = [
    ...(missing > 0 ? [`${missing} more ${missing === 1 ? 'approval' : 'approvals'}`] : []),
    ...objections,
    ...judged
      .filter(({ state }) => state !== 'success')
      .map((check) => `check ${nameOf(check)} is ${check.state}`),
  ];
  return {
    policy_id: policy.id,
    policy_name: policy.name,
    approvals_needed: needed,
    approvals_given: given,
    checks: judged,
    satisfied: unmet.length === 0,
    unmet,
  };
}

type JudgedCheck = Requirement['checks'][number];

function nameOf({ kind, name }: JudgedCheck): string {
  return name ?? kind;
}

/** Why a change, or several, that nobody has reviewed is refused; undefined if it is not. */
export function directRefusal(
  requirements: readonly Requirement[],
): { readonly code: 'changeRequestRequired' | 'checksFail'; readonly detail: string } | undefined {
  const standing = requirements.filter(({ satisfied }) => !satisfied);
  if (standing.length === 0) return undefined;
  const unapproved = standing.filter(({ approvals_needed }) => approvals_needed > 0);
  if (unapproved.length > 0) {
    const detail = [...new Set(unapproved.map(({ policy_name }) => policy_name))].join(', ');
    return { code: 'changeRequestRequired', detail };
  }
  const failing = standing.flatMap(({ checks }) => checks.filter(({ state }) => state !== 'success'));
  return { code: 'checksFail', detail: [...new Set(failing.map(failureOf))].join(', ') };
}

/** `evals is pending`, `assertions: greeting`. */
function failureOf(check: JudgedCheck): string {
  const saysWhy = check.state === 'failure' && check.kind !== 'external' && check.detail !== '';
  return saysWhy ? `${nameOf(check)}: ${check.detail}` : `${nameOf(check)} is ${check.state}`;
}
