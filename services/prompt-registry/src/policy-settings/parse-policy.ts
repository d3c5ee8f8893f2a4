/** Reads a policy as people write it: what is omitted gets its default, and what cannot hold is refused by its place. */
import { policyLimits as limits, policyTransitions, type Wire } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import type { PolicyRule } from '../policies/mod.ts';

export interface PolicyInput {
  readonly name: string;
  readonly enabled: boolean;
  readonly rule: PolicyRule;
}

/** A body whose types were checked; nothing says that a field is there. */
export type RawPolicy = DeepPartial<Wire<'PromptPolicyRequest'>>;

type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<Exclude<T[K], undefined>> | undefined }
    : T;

type Match = PolicyRule['match'];
type Require = PolicyRule['require'];
type Check = Require['checks'][number];

const MOST_NAME_CHARACTERS = 255;
const CHECK_NAME = /^[a-z0-9._-]{1,64}$/;

/** @throws ApiError nameRequired, invalidPolicy */
export function parsePolicy(raw: RawPolicy): PolicyInput {
  const name = raw.name?.trim() ?? '';
  if (name === '') throw new ApiError('nameRequired');
  if (characters(name) > MOST_NAME_CHARACTERS)
    fault('name', `must be at most ${MOST_NAME_CHARACTERS} characters`);
  const { match, require } = raw;
  if (match === undefined) return fault('match', 'is required');
  const matched = parseMatch(match);
  if (require === undefined) return fault('require', 'is required');
  const rule: PolicyRule = {
    match: matched,
    require: parseRequire(require),
    rollback: word(raw.rollback ?? 'exempt', ['exempt', 'guarded'], 'rollback'),
    break_glass: parseBreakGlass(raw.break_glass),
  };
  return { name, enabled: raw.enabled ?? true, rule };
}

function parseMatch({ slugs, folders, transitions = [], tags }: NonNullable<RawPolicy['match']>): Match {
  if (slugs === undefined) return fault('match.slugs', 'is required');
  const parsed = {
    slugs: patterns(slugs, 'match.slugs'),
    ...(folders !== undefined && { folders: patterns(folders, 'match.folders') }),
  };
  const guarded = words(transitions, policyTransitions, 'match.transitions');
  if (guarded.length === 0) return fault('match.transitions', 'must have at least one item');
  return {
    ...parsed,
    transitions: guarded,
    ...(tags !== undefined && { tags: patterns(tags, 'match.tags') }),
  };
}

function patterns(given: readonly string[], place: string): string[] {
  if (given.length === 0 || given.length > limits.patterns)
    fault(place, `must have from 1 to ${limits.patterns} patterns`);
  for (const [index, pattern] of given.entries()) {
    const length = characters(pattern);
    if (length === 0 || length > limits.patternCharacters)
      fault(`${place}.${index}`, `must have from 1 to ${limits.patternCharacters} characters`);
  }
  return [...given];
}

function parseRequire(raw: NonNullable<RawPolicy['require']>): Require {
  const { approvals = 0, roles = ['admin', 'editor'], user_ids, max_age_hours: maxAge = null } = raw;
  requireWhole(approvals, 0, limits.approvals, 'require.approvals');
  const reviewers = words(roles, ['admin', 'editor', 'viewer'] as const, 'require.roles');
  const users = ids(user_ids, limits.users, 'require.user_ids');
  if (reviewers.length === 0 && approvals > (users?.length ?? 0))
    fault('require.roles', 'must not be empty unless user_ids names enough reviewers');
  if (maxAge !== null) requireWhole(maxAge, 1, limits.maxAgeHours, 'require.max_age_hours');
  return {
    approvals,
    roles: reviewers,
    ...(users !== undefined && { user_ids: users }),
    not_author: raw.not_author ?? true,
    not_contributor: raw.not_contributor ?? false,
    max_age_hours: maxAge,
    checks: parseChecks(raw.checks ?? []),
  };
}

function parseChecks(given: readonly Partial<Check>[]): Check[] {
  if (given.length > limits.checks) fault('require.checks', `must have at most ${limits.checks} items`);
  const seen = new Set<string>();
  return given.map((raw, index) => {
    const place = `require.checks.${index}`;
    const check = parseCheck(raw, place);
    const key = `${check.kind} ${check.name ?? ''}`;
    if (seen.has(key)) fault(place, 'is there twice');
    seen.add(key);
    return check;
  });
}

function parseCheck({ kind = '', name, api_key_ids }: Partial<Check>, place: string): Check {
  const known = word(kind, ['assertions', 'contract', 'external'] as const, `${place}.kind`);
  if (known !== 'external') {
    if (name !== undefined) fault(`${place}.name`, 'is for external checks only');
    if (api_key_ids !== undefined) fault(`${place}.api_key_ids`, 'is for external checks only');
    return { kind: known };
  }
  if (name === undefined) return fault(`${place}.name`, 'is required');
  if (!CHECK_NAME.test(name))
    fault(`${place}.name`, 'must be 1-64 characters of a-z, 0-9, dots, underscores and dashes');
  const keys = ids(api_key_ids, limits.apiKeys, `${place}.api_key_ids`);
  return { kind: known, name, ...(keys !== undefined && { api_key_ids: keys }) };
}

function parseBreakGlass(raw: RawPolicy['break_glass']): PolicyRule['break_glass'] {
  if (raw === null) return null;
  const { user_ids, roles = user_ids === undefined ? ['admin'] : [] } = raw ?? {};
  const named = words(roles, ['admin', 'editor'] as const, 'break_glass.roles');
  const users = ids(user_ids, limits.users, 'break_glass.user_ids');
  if (named.length === 0 && (users?.length ?? 0) === 0)
    fault('break_glass', 'must name somebody; null is for nobody');
  return { roles: named, ...(users !== undefined && { user_ids: users }) };
}

function ids(given: readonly string[] | undefined, most: number, place: string): string[] | undefined {
  if (given !== undefined && given.length > most) fault(place, `must have at most ${most} items`);
  return given === undefined ? undefined : [...new Set(given)];
}

function words<const Word extends string>(
  given: readonly string[],
  known: readonly Word[],
  place: string,
): Word[] {
  if (given.length > limits.patterns) fault(place, `must have at most ${limits.patterns} items`);
  return [...new Set(given.map((text, index) => word(text, known, `${place}.${index}`)))];
}

function word<const Word extends string>(text: string, known: readonly Word[], place: string): Word {
  return known.find((candidate) => candidate === text) ?? fault(place, 'is not known');
}

function requireWhole(value: number, least: number, most: number, place: string): void {
  if (!Number.isInteger(value) || value < least || value > most)
    fault(place, `must be a whole number from ${least} to ${most}`);
}

function fault(place: string, reason: string): never {
  throw new ApiError('invalidPolicy', { detail: `${place}: ${reason}` });
}
