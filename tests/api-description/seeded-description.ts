/**
 * The API description with real ids in it, so that what a tester makes up from it meets things that exist: every path parameter is
 * half of the time the id of something, and typical bodies name it.
 */
import { buildOpenApi, type OpenApiDocument } from '@px0/contracts';

/** Ids by the names that parameters and fields have. */
export interface Things {
  readonly organization: string;
  readonly team: string;
  readonly user: string;
  readonly key: string;
  readonly prompt: string;
  readonly slug: string;
  readonly payload: string;
  readonly joinRequest: string;
}

/** A copy of the description. What it says of responses is unchanged. */
export function seededDescription(things: Things): OpenApiDocument {
  const document: OpenApiDocument = JSON.parse(JSON.stringify(buildOpenApi()));
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]) => [method, seeded(operation, path, things)]),
      ),
    ]),
  );
  return { ...document, paths };
}

type Operation = OpenApiDocument['paths'][string][string];

function seeded(operation: Operation, path: string, things: Things): Operation {
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
  return {
    ...operation,
    parameters: parameters.map((parameter: Parameter) => {
      const value = seedOf(parameter, path, things);
      if (value === undefined) return parameter;
      const schema = { anyOf: [{ const: value }, parameter.schema] };
      return { ...parameter, schema, example: value };
    }),
  };
}

interface Parameter {
  readonly name?: string;
  readonly in?: string;
  readonly schema?: object;
}

function seedOf({ name = '', in: place }: Parameter, path: string, things: Things): string | undefined {
  if (place === 'path') return pathValue(name, path, things);
  if (place !== 'query') return undefined;
  const values: Readonly<Record<string, string>> = {
    org_id: things.organization,
    team: things.team,
    team_id: things.team,
    from: '1',
    to: '2',
    tag: 'production',
    version: '1',
    limit: '2',
    page: '1',
    sort: 'name',
    format: 'structured',
    require: 'payloads',
    dry_run: 'true',
  };
  // The same names mean hours there.
  return path.endsWith('/usage') ? undefined : values[name];
}

function pathValue(name: string, path: string, things: Things): string | undefined {
  const byName: Readonly<Record<string, string>> = {
    orgID: things.organization,
    teamID: things.team,
    userID: things.user,
    payloadID: things.payload,
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
  };
  return byArea[path.split('/')[2] ?? ''];
}
