import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOpenApi } from '../openapi-check.ts';
import { parseBody } from '../parse-body.ts';
import { routes } from '../routes/mod.ts';
import { buildOpenApi, type OpenApiOperation } from './build-openapi.ts';
import { compareWithTable } from './compare-with-table.ts';
import { bodyExamples } from './examples.ts';

const table = readFileSync(join(import.meta.dirname, '..', '..', 'operations.md'), 'utf8');

function operation(id: string): OpenApiOperation {
  const found = Object.values(buildOpenApi().paths)
    .flatMap((item) => Object.values(item))
    .find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

describe('the API description', () => {
  it('is valid OpenAPI 3.1 and has every listed operation and schema', async () => {
    expect(await checkOpenApi()).toEqual([]);
  });

  it('lists 62 operations and 30 schemas, none of which the comparison overlooks', () => {
    const nothing = { openapi: '3.1.0', paths: {}, components: { schemas: {} } };
    expect(compareWithTable(nothing, table)).toHaveLength(62 + 30);
  });

  it('is found wrong when a listed name, path or shape changes', () => {
    for (const [from, to] of [
      ['`login`', '`logIn`'],
      ['DELETE /v1/auth/session', 'DELETE /v1/auth/sessions'],
      ['from_version: integer', 'from_version: string'],
    ] as const) {
      expect(compareWithTable(buildOpenApi(), table.replace(from, to))).toHaveLength(1);
    }
  });

  it('is built once', () => {
    expect(buildOpenApi()).toBe(buildOpenApi());
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(buildOpenApi()))).toEqual(buildOpenApi());
  });

  it('shows every error string of a status as an example', () => {
    expect(operation('promoteVersion').responses['422']?.content?.['application/json']?.examples).toEqual({
      cannotPromoteLive: { value: { error: 'cannot promote version in live status: conflict' } },
      cannotPromoteArchived: { value: { error: 'cannot promote version in archived status: conflict' } },
    });
  });

  it('says which credentials an operation takes', () => {
    expect(operation('login')['security']).toEqual([]);
    expect(operation('register')['security']).toEqual([{}, { session: [] }]);
    expect(operation('createAPIKey')['security']).toEqual([{ session: [] }]);
    expect(operation('renderLive')['security']).toEqual([{ session: [] }, { apiKey: [] }]);
  });

  it('says that null counts as absent, and keeps quiet about fields that are ignored', () => {
    const schema = operation('createTeam').requestBody?.content['application/json']?.schema;
    expect(schema).toMatchObject({ required: ['name'], properties: { name: { type: 'string' } } });
    expect(schema?.['properties']).not.toHaveProperty('org_id');
    expect(buildOpenApi().components.schemas['UpdatePromptRequest']).toMatchObject({
      properties: { description: { type: ['string', 'null'] } },
    });
  });

  it('names the headers of limits and conditions where they are sent', () => {
    const update = operation('updateVersion');
    expect(update['parameters']).toContainEqual({ $ref: '#/components/parameters/IfMatch' });
    expect(update.responses['200']?.headers).toHaveProperty('ETag');
    expect(update.responses).toHaveProperty('412');
    expect(operation('listVersions')['parameters']).not.toContainEqual({
      $ref: '#/components/parameters/IfMatch',
    });
    for (const response of Object.values(update.responses)) {
      expect(response.headers).toHaveProperty('RateLimit-Remaining');
    }
  });

  it('shows a typical body of every operation that takes one, which its own parser takes', () => {
    for (const route of Object.values(routes)) {
      const example = bodyExamples[route.operationId];
      expect(example !== undefined, route.operationId).toBe(route.body !== null);
      if (route.body !== null) expect(parseBody(route, example), route.operationId).toEqual(example);
    }
  });

  it('has no schema keyword that is a note to ourselves', () => {
    expect(JSON.stringify(buildOpenApi())).not.toMatch(/allowsNul|undocumented|"\$id"|inline-/);
  });
});
