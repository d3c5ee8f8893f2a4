import { describe, expect, it } from 'vitest';
import { errorCatalog } from '../errors.ts';
import { parseBody } from '../parse-body.ts';
import type { RouteDefinition } from '../route.ts';
import { routes } from './mod.ts';

const all: readonly RouteDefinition[] = Object.values(routes);

describe.each(all.map((route) => [route.operationId, route] as const))('%s', (operationId, route) => {
  it('is found under its operation id', () => {
    expect(Object.entries(routes).find(([key]) => key === operationId)?.[1]).toBe(route);
  });

  it('declares the parameters of its path in their order', () => {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(route.params)).toEqual(inPath);
  });

  it('writes its static segments in lower case, as the matcher expects', () => {
    expect(route.path.replaceAll(/\{\w+\}/g, '')).toBe(route.path.replaceAll(/\{\w+\}/g, '').toLowerCase());
  });

  it('lists the error of each of its UUID parameters', () => {
    for (const param of Object.values(route.params)) {
      if (param.kind === 'uuid') expect(route.errors).toContain(param.error);
    }
  });

  it('lists each error once, and only errors of the catalog', () => {
    expect(new Set(route.errors).size).toBe(route.errors.length);
    for (const code of route.errors) expect(errorCatalog).toHaveProperty(code);
  });

  it('has a body on success unless the status says that there is none', () => {
    expect(route.success.schema === null).toBe(route.success.status === 204);
  });

  it('has a body that the lenient reader understands, and then lists its refusal', () => {
    if (route.body === null) return;
    expect(parseBody(route, {})).toEqual({});
    expect(route.errors).toContain('invalidRequestBody');
  });
});

describe('the table of routes', () => {
  it('has no two routes with one method and one path shape', () => {
    const shapes = all.map((route) => `${route.method} ${route.path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});
