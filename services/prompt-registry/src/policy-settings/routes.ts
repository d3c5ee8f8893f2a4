/** Transport of the operations on policies. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { type PolicyRow, policyETag, policyOnWire } from '../policies/mod.ts';
import type { ChangePolicies } from './change-policies.ts';
import type { ExplainPolicies } from './explain-policies.ts';
import type { ReadPolicies } from './read-policies.ts';

export interface PolicyCommands {
  readonly change: ChangePolicies;
  readonly read: ReadPolicies;
  readonly explain: ExplainPolicies;
}

export function policyRoutes({ change, read, explain }: PolicyCommands) {
  return {
    listTeamPolicies: async ({ principal, params }) => listed(await read.ofTeam(principal, params.teamID)),
    listOrgPolicies: async ({ principal, params }) => listed(await read.ofOrg(principal, params.orgID)),
    createTeamPolicy: async ({ principal, params, body, setHeader }) =>
      shown(await change.createForTeam(principal, params.teamID, body), setHeader),
    createOrgPolicy: async ({ principal, params, body, setHeader }) =>
      shown(await change.createForOrg(principal, params.orgID, body), setHeader),
    updatePolicy: async ({ principal, params, body, header, setHeader }) =>
      shown(await change.update(principal, params.id, body, header('if-match')), setHeader),
    deletePolicy: async ({ principal, params, header }) => {
      await change.delete(principal, params.id, header('if-match'));
      return undefined;
    },
    explainPolicies: async ({ principal, params, query, signal }) => ({
      requirements: [...(await explain.run(principal, params.id, query, signal))],
    }),
  } satisfies Handlers<Principal>;
}

function listed(policies: readonly PolicyRow[]) {
  return { policies: policies.map(policyOnWire) };
}

function shown(policy: PolicyRow, setHeader: (name: string, value: string) => void) {
  setHeader('ETag', policyETag(policy));
  return { policy: policyOnWire(policy) };
}
