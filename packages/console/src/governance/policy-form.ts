/** A policy as a form. What the form does not show is kept as it is: people by id, and the keys that may post a check. */
import type { Wire } from '@px0/contracts';
import type { Policy } from '../review/mod.ts';
import { patternsFault, patternsIn, patternsText } from './patterns.ts';

type PolicyRequest = Wire<'PromptPolicyRequest'>;
export type Transition = Policy['match']['transitions'][number];
export type Role = Policy['require']['roles'][number];

export interface PolicyForm {
  readonly name: string;
  readonly enabled: boolean;
  readonly slugs: string;
  readonly folders: string;
  readonly transitions: ReadonlySet<Transition>;
  readonly tags: string;
  readonly approvals: number;
  readonly roles: ReadonlySet<Role>;
  /** Addresses of people whose approval counts whatever their role. */
  readonly people: string;
  readonly notAuthor: boolean;
  readonly notContributor: boolean;
  readonly maxAge: string;
  readonly assertions: boolean;
  readonly contract: boolean;
  /** Names of external checks. */
  readonly external: string;
  readonly exemptsRollback: boolean;
  readonly override: 'nobody' | 'admin' | 'editor';
}

/** What px0 would choose, and what most teams begin with. */
export const newPolicy: PolicyForm = {
  name: '',
  enabled: true,
  slugs: '*',
  folders: '',
  transitions: new Set(['live']),
  tags: '',
  approvals: 1,
  roles: new Set(['admin', 'editor']),
  people: '',
  notAuthor: true,
  notContributor: false,
  maxAge: '',
  assertions: false,
  contract: false,
  external: '',
  exemptsRollback: true,
  override: 'admin',
};

export function formOf(policy: Policy, addressOf: (userId: string) => string): PolicyForm {
  const { name, enabled, match, require, rollback, break_glass: glass } = policy;
  const kinds = new Set(require.checks.map(({ kind }) => kind));
  return {
    name,
    enabled,
    slugs: patternsText(match.slugs),
    folders: patternsText(match.folders ?? []),
    transitions: new Set(match.transitions),
    tags: patternsText(match.tags ?? []),
    approvals: require.approvals,
    roles: new Set(require.roles),
    people: patternsText((require.user_ids ?? []).map(addressOf)),
    notAuthor: require.not_author,
    notContributor: require.not_contributor,
    maxAge: require.max_age_hours === null ? '' : String(require.max_age_hours),
    assertions: kinds.has('assertions'),
    contract: kinds.has('contract'),
    external: patternsText(require.checks.flatMap(({ name: check }) => (check === undefined ? [] : [check]))),
    exemptsRollback: rollback === 'exempt',
    override: glass === null ? 'nobody' : glass.roles.includes('editor') ? 'editor' : 'admin',
  };
}

/** A person's id by address or id; undefined if nobody is known by it. */
export type FindPerson = (written: string) => string | undefined;

const checkName = /^[a-z0-9._-]{1,64}$/;

/** Why px0 would not take the form; undefined if it would, as far as the page can tell. */
export function policyFault(form: PolicyForm, find: FindPerson): string | undefined {
  const { name, slugs, folders, transitions, tags, approvals, roles, people, maxAge, external } = form;
  if (name.trim() === '') return 'Enter a name';
  const patterns =
    patternsFault(slugs, 'slug') ??
    (patternsIn(folders).length === 0 ? undefined : patternsFault(folders, 'folder')) ??
    (transitions.has('tag') ? patternsFault(tags, 'tag') : undefined);
  if (patterns !== undefined) return patterns;
  if (transitions.size === 0) return 'Choose what it guards';
  const stranger = patternsIn(people).find((one) => find(one) === undefined);
  if (stranger !== undefined) return `${stranger} is not in the organization`;
  if (approvals > 0 && roles.size === 0 && patternsIn(people).length === 0)
    return 'Choose whose approval counts';
  if (maxAge.trim() !== '' && !/^[1-9]\d{0,3}$/.test(maxAge.trim())) return 'Enter a number of hours';
  const wrong = patternsIn(external).find((one) => !checkName.test(one));
  return wrong === undefined
    ? undefined
    : `“${wrong}” cannot be the name of a check: use small letters, digits, dots and dashes`;
}

/** The policy that the form stands for. Call it once it has no fault. */
export function requestOf(form: PolicyForm, find: FindPerson, before?: Policy): PolicyRequest {
  const folders = patternsIn(form.folders);
  const people = patternsIn(form.people).flatMap((one) => find(one) ?? []);
  const keys = new Map(before?.require.checks.map((check) => [check.name, check.api_key_ids]));
  const overriders = before?.break_glass?.user_ids;
  return {
    name: form.name.trim(),
    enabled: form.enabled,
    match: {
      slugs: patternsIn(form.slugs),
      ...(folders.length > 0 && { folders }),
      transitions: [...form.transitions],
      ...(form.transitions.has('tag') && { tags: patternsIn(form.tags) }),
    },
    require: {
      approvals: form.approvals,
      roles: [...form.roles],
      ...(people.length > 0 && { user_ids: people }),
      not_author: form.notAuthor,
      not_contributor: form.notContributor,
      max_age_hours: form.maxAge.trim() === '' ? null : Number(form.maxAge.trim()),
      checks: [
        ...(form.assertions ? [{ kind: 'assertions' }] : []),
        ...(form.contract ? [{ kind: 'contract' }] : []),
        ...patternsIn(form.external).map((name) => {
          const ids = keys.get(name);
          return { kind: 'external', name, ...(ids !== undefined && { api_key_ids: ids }) };
        }),
      ],
    },
    rollback: form.exemptsRollback ? 'exempt' : 'guarded',
    break_glass:
      form.override === 'nobody'
        ? null
        : {
            roles: form.override === 'editor' ? ['admin', 'editor'] : ['admin'],
            ...(overriders !== undefined && { user_ids: overriders }),
          },
  };
}
