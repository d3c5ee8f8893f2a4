/**
 * The API description with real ids in it, so that what a tester makes up from it meets things that exist: every path parameter is
 * half of the time the id of something, and typical bodies name it.
 */
import { buildOpenApi, type OpenApiDocument } from '@px0/contracts';

export interface Proposal {
  readonly id: string;
  /** What a review says that it saw. */
  readonly contentHash: string;
}

/** Policies and change requests: one of them for each operation that ends one. */
export interface Governed {
  readonly policy: string;
  /** May be deleted. */
  readonly sparePolicy: string;
  /** It stays open. */
  readonly request: string;
  readonly reviewable: Proposal;
  readonly applicable: string;
  readonly closable: string;
  /** Somebody else made the change against a policy. */
  readonly broken: string;
  /** Somebody else's, with `review` on it. */
  readonly dismissible: string;
  readonly review: string;
}

/** Ids by the names that parameters and fields have. */
export interface Things extends Governed {
  readonly organization: string;
  readonly team: string;
  /** Of the same organization; may be deleted. */
  readonly spareTeam: string;
  /** The caller is no member of it. */
  readonly foreignTeam: string;
  readonly user: string;
  readonly key: string;
  readonly prompt: string;
  /** Of its version 1. */
  readonly contentHash: string;
  /** Its versions 1 to 4 are drafts and 5 is live; all of them may change. */
  readonly draftPrompt: string;
  readonly slug: string;
  readonly payload: string;
  readonly joinRequest: string;
  /** May be revoked. */
  readonly invitation: string;
  /** Of an invitation to a team that the caller is no member of. */
  readonly invitationCode: string;
}

/** A copy of the description. What it says of responses is unchanged. */
export function seededDescription(things: Things): OpenApiDocument {
  const document: OpenApiDocument = JSON.parse(JSON.stringify(buildOpenApi()));
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item)
          // A stream has no end that a tester could wait for.
          .filter(([, { operationId }]) => operationId !== 'streamDelivery')
          .map(([method, operation]) => [method, seeded(operation, path, things)]),
      ),
    ]),
  );
  return { ...document, paths };
}

type Operation = OpenApiDocument['paths'][string][string];

function seeded(operation: Operation, path: string, things: Things): Operation {
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
  const body = operation.requestBody;
  return {
    ...operation,
    ...(body !== undefined && { requestBody: withRealIds(body, things, operation.operationId) }),
    parameters: parameters.map((parameter: Parameter) => {
      const value = seedOf(parameter, operation.operationId, path, things);
      if (value === undefined) return parameter;
      const schema = { anyOf: [{ const: value }, parameter.schema] };
      return { ...parameter, schema, example: value };
    }),
  };
}

/** Ids of the examples become ids of things. */
function withRealIds(body: Body, things: Things, operation: string): Body {
  const values: Readonly<Record<string, unknown>> = {
    org_id: things.organization,
    team_id: things.team,
    team_ids: [things.team],
    user_id: things.user,
    ...ownFields(things)[operation],
  };
  const text = JSON.stringify(body, (name, value: unknown) =>
    ['string', 'number'].includes(typeof value) || Array.isArray(value) ? (values[name] ?? value) : value,
  );
  return JSON.parse(text);
}

/** What the body of an operation has to say of the things that its path names. */
function ownFields({ contentHash, reviewable, invitationCode }: Things): Readonly<Record<string, object>> {
  return {
    // The name of its example is taken by the policies that were created.
    updatePolicy: { name: 'renamed' },
    createChangeRequest: { version: 2 },
    reviewChangeRequest: { content_hash: reviewable.contentHash },
    postCheck: { content_hash: contentHash },
    acceptSnapshot: { version: 1 },
    acceptInvitation: { code: invitationCode },
  };
}

type Body = NonNullable<Operation['requestBody']>;

/** What an operation uses up is for it alone. */
function ownValues(things: Things): Readonly<Record<string, Ids>> {
  const { spareTeam, foreignTeam, draftPrompt } = things;
  return {
    deleteTeam: { id: spareTeam },
    createJoinRequest: { id: foreignTeam },
    updateVersion: { id: draftPrompt, version: '1' },
    deletePromptVersion: { id: draftPrompt, version: '2' },
    promoteVersion: { id: draftPrompt, version: '3' },
    archiveVersion: { id: draftPrompt, version: '4' },
    demoteVersion: { id: draftPrompt, version: '5' },
    deletePolicy: { id: things.sparePolicy },
    reviewChangeRequest: { id: things.reviewable.id },
    dismissReview: { id: things.dismissible },
    applyChangeRequest: { id: things.applicable },
    closeChangeRequest: { id: things.closable },
    acknowledgeBreakGlass: { id: things.broken },
  };
}

type Ids = Readonly<Record<string, string>>;

interface Parameter {
  readonly name?: string;
  readonly in?: string;
  readonly schema?: object;
}

function seedOf(
  { name = '', in: place }: Parameter,
  operation: string,
  path: string,
  things: Things,
): string | undefined {
  if (place === 'path') return ownValues(things)[operation]?.[name] ?? pathValue(name, path, things);
  if (place !== 'query') return undefined;
  const values: Readonly<Record<string, string>> = {
    org_id: things.organization,
    team: things.team,
    team_id: things.team,
    teams: things.team,
    ids: things.user,
    from: '1',
    to: '2',
    tag: 'production',
    version: '1',
    limit: '2',
    page: '1',
    sort: 'name',
    format: path.endsWith('/export') ? 'yaml' : 'structured',
    require: 'payloads',
    dry_run: 'true',
    transition: 'live',
  };
  if (path.includes('/audit/')) return auditSpan[name] ?? values[name];
  // The same names mean hours there.
  return path.endsWith('/usage') ? undefined : values[name];
}

const auditSpan: Ids = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

function pathValue(name: string, path: string, things: Things): string | undefined {
  const byName: Readonly<Record<string, string>> = {
    orgID: things.organization,
    teamID: things.team,
    userID: things.user,
    payloadID: things.payload,
    reviewID: things.review,
    number: '1',
    slug: things.slug,
    version: '1',
    tag: 'production',
  };
  if (name !== 'id') return byName[name];
  const byArea: Readonly<Record<string, string>> = {
    orgs: things.organization,
    teams: things.team,
    prompts: things.prompt,
    'api-keys': things.key,
    'join-requests': things.joinRequest,
    'prompt-policies': things.policy,
    'change-requests': things.request,
    invitations: things.invitation,
  };
  return byArea[path.split('/')[2] ?? ''];
}
