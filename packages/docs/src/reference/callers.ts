/** Who may call an operation, asked of the role matrix itself, so that no page can say anything else than what the services do. */
import { type Action, type Facts, moveRefusal, permissions, refusal } from '@px0/access';
import { type ErrorCode, errorCatalog, exampleMessage } from '@px0/contracts';

interface Caller {
  readonly name: string;
  readonly facts: Facts;
}

const outsider: Facts = {
  caller: 'user',
  isAccountAdmin: false,
  teamRole: undefined,
  isOrgMember: false,
  isOrgAdmin: false,
  coverage: 'organization',
  limits: 'none',
};
const member: Facts = { ...outsider, isOrgMember: true };
const organizationAdmin: Facts = { ...member, isOrgAdmin: true };

/** As one column each of the role table. Keys act for an admin of their organization. */
export const callers: readonly Caller[] = [
  { name: 'viewer', facts: { ...member, teamRole: 'viewer' } },
  { name: 'editor', facts: { ...member, teamRole: 'editor' } },
  { name: 'team admin', facts: { ...member, teamRole: 'admin' } },
  { name: 'org admin', facts: organizationAdmin },
  { name: 'outsider', facts: outsider },
  { name: 'key `read_render`', facts: { ...outsider, caller: 'read_render' } },
  { name: 'key `all`', facts: { ...organizationAdmin, caller: 'all' } },
  { name: 'key `admin`', facts: { ...organizationAdmin, caller: 'admin' } },
];

function actionOf(operationId: string): Action | undefined {
  return Object.keys(permissions).find((action): action is Action => action === operationId);
}

/** What each caller gets, in the order of `callers`: `yes`, or the refusal's status. Undefined when everybody may call. */
export function answersTo(operationId: string): readonly string[] | undefined {
  const action = actionOf(operationId);
  if (action === undefined) return undefined;
  return callers.map(({ facts }) => {
    const error = refusalOf(facts, action);
    return error === undefined ? 'yes' : String(errorCatalog[error].status);
  });
}

/** The refusals behind the statuses, each once: "403 `forbidden`". */
export function refusalsOf(operationId: string): string[] {
  const action = actionOf(operationId);
  if (action === undefined) return [];
  const errors = callers.flatMap(({ facts }) => refusalOf(facts, action) ?? []);
  return [...new Set(errors)].map((error) => `${errorCatalog[error].status} \`${exampleMessage(error)}\``);
}

/** A move is judged here with a target team on which the caller has every right. */
function refusalOf(facts: Facts, action: Action): ErrorCode | undefined {
  if (action !== 'movePrompt') return refusal(facts, action);
  return moveRefusal(facts.caller, facts, { ...facts, teamRole: 'admin' });
}
