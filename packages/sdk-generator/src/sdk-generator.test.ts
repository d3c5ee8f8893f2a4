import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOpenApi } from '@px0/contracts';
import { describe, expect, it } from 'vitest';
import { checkStamp } from './check.ts';
import { clientDescription } from './client-description.ts';
import { erasableRuntime } from './erasable-runtime.ts';
import { judgedGo, judgedGoClient, judgedGoUtilities } from './guarded-go.ts';
import { finishedPython } from './guarded-python.ts';
import { guardedCalls, guardedRuntime } from './guarded-typescript.ts';
import { guardedGo, guardedPython, guardedTypeScript } from './path-segments.ts';
import { presentStamp, readStamp } from './stamp.ts';
import { root, SDK_VERSION, type Target, targets } from './targets.ts';

const described = Object.values(buildOpenApi().paths).flatMap((item) => Object.values(item));
const isFramed = (operation: (typeof described)[number]) => operation['x-px0-frames'] === true;
const operationIds = described
  .filter((operation) => !isFramed(operation))
  .map(({ operationId }) => operationId);

/** All of a client's code. */
function sourceOf({ folder, ending }: Target): string {
  const names = globSync(`**/*${ending}`, { cwd: join(root, folder) });
  return names.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n');
}

describe('the committed API clients', () => {
  it('are those of the API description', () => {
    expect(checkStamp()).toEqual([]);
  });

  it('are called stale when the description or the generator changes', () => {
    expect(checkStamp(readStamp(), { ...presentStamp(), source: 'another' })).toEqual([
      'the generated API clients are stale: the API description or the generator has changed',
    ]);
  });

  it('are told apart from clients that were edited by hand', () => {
    const present = presentStamp();
    const edited = { ...present, clients: { ...present.clients, go: 'another' } };
    expect(checkStamp(readStamp(), edited)).toEqual(['the go client was edited by hand']);
  });

  it('have a method for every operation, in each language', () => {
    expect(operationIds.length).toBeGreaterThan(60);
    for (const target of targets) {
      const source = sourceOf(target).toLowerCase().replaceAll('_', '');
      const missing = operationIds.filter((id) => !source.includes(`${id.toLowerCase()}(`));
      expect(missing, target.language).toEqual([]);
    }
  });

  it('read as their languages do', () => {
    const [typescript = '', python = '', go = ''] = targets.map(sourceOf);
    expect(typescript).toContain('async renderLive(slug: string, renderRequest: RenderRequest,');
    expect(python).toContain('def render_live(');
    expect(go).toContain('RenderLive(ctx context.Context, slug string) ApiRenderLiveRequest');
  });

  it('take what was added to an operation behind what programs already give by position', () => {
    const [typescript = '', python = '', go = ''] = targets.map(sourceOf);
    expect(typescript).toMatch(
      /async getVersion\([^\n]*, initOverrides\?: [^,]*, include\?: [^,]*\): Promise/,
    );
    expect(typescript).toMatch(
      /async promoteVersion\([^\n]*, initOverrides\?: [^,]*, transitionRequest\?: [^,]*, allow\?: [^,]*, px0BreakGlass\?: [^,]*\): Promise/,
    );
    expect(python).toMatch(
      /def get_version\(\n(?:.*\n)*? +px0_consistency: .*\n +include: .*\n +_request_timeout/,
    );
    expect(go).toContain('func NewCreateVersionRequest(template string) *CreateVersionRequest {');
    expect(go).toContain('func NewUpdateVersionRequest(template string) *UpdateVersionRequest {');
  });

  it('read answers that lack what was added', () => {
    const [typescript = '', , go = ''] = targets.map(sourceOf);
    expect(typescript).toMatch(/kind\?: PromptVersionKindEnum;/);
    expect(go).toMatch(/Folder \*string/);
  });

  it('have the version of the SDKs around them', () => {
    for (const file of ['sdk-python/px0/_version.py', 'sdk-go/options.go']) {
      const [, version] =
        /(?:VERSION|Version) = "([^"]+)"/.exec(readFileSync(join(root, 'packages', file), 'utf8')) ?? [];
      expect(version, file).toBe(SDK_VERSION);
    }
    // Whoever gets the module for OpenTelemetry gets this version of the SDK; its `replace` counts in this repository only.
    for (const file of ['otel/go.mod', 'internal/providers/go.mod']) {
      const module = readFileSync(join(root, 'packages', 'sdk-go', file), 'utf8');
      expect(module, file).toContain(`github.com/px0/px0/packages/sdk-go v${SDK_VERSION}\n`);
    }
  });

  it('name neither a place to publish nor a placeholder', () => {
    for (const target of targets) {
      expect(sourceOf(target)).toContain('http://localhost:8000');
      expect(sourceOf(target)).not.toMatch(/GIT_USER_ID|GIT_REPO_ID|YOUR_/);
    }
  });
});

describe('the description for the generator', () => {
  it('has the operations and schemas of the API description', () => {
    const text = JSON.stringify(clientDescription({ openEnums: false }));
    for (const id of operationIds) expect(text).toContain(`"operationId":"${id}"`);
  });

  it('leaves out what answers with frames, and the schemas that nothing else mentions', () => {
    const framed = described.filter(isFramed).map(({ operationId }) => operationId);
    expect(framed).toEqual([
      'getDeliverySnapshot',
      'streamDelivery',
      'exportIdentityAudit',
      'exportTenancyAudit',
      'exportRegistryAudit',
    ]);
    const text = JSON.stringify(clientDescription({ openEnums: false }));
    expect(text).not.toMatch(/Deliver(?:y|ed)[A-Z]|\/delivery\/s/);
  });

  it('leaves variables open, and says that an id is a uuid once', () => {
    const text = JSON.stringify(clientDescription({ openEnums: false }));
    expect(text).not.toMatch(/"additionalProperties":\{\}|"propertyNames"|a-fA-F/);
    expect(text).toContain('"additionalProperties":true');
  });

  it('turns fixed values into text where a client would refuse others', () => {
    const text = JSON.stringify(clientDescription({ openEnums: true }));
    expect(text).toContain('One of `draft`, `stable`, `live`, `archived`; newer servers may have more.');
    expect(text).not.toMatch(/"enum":\["draft"|"const":"/);
  });
});

describe('the runtime of the TypeScript client', () => {
  it('is refused when a newer generator writes what the replacements do not know', () => {
    expect(() => erasableRuntime('class Configuration {}')).toThrow('no longer has');
  });
});

describe('what the TypeScript client sends and reads', () => {
  it('is judged by functions of its SDK, in every operation', () => {
    const [typescript = ''] = targets.map(sourceOf);
    expect(typescript.match(/await prepared\(/g)?.length).toBe(operationIds.length);
    expect(typescript).not.toMatch(/encodeURIComponent|JSON\.stringify/);
  });

  it('is refused when a newer generator writes what the replacements do not know', () => {
    expect(() => guardedCalls('a file', 'async getRaw() { return send(); }')).toThrow('no longer');
    expect(() => guardedRuntime('export const BASE_PATH = "";')).toThrow('no longer');
  });
});

describe('what the Python client raises', () => {
  it('is judged by functions of its SDK, in every operation', () => {
    const [, python = ''] = targets.map(sourceOf);
    expect(python.match(/from px0\._calls import validate_call/g)).toHaveLength(17);
    expect(python).not.toMatch(
      /from pydantic import validate_call|\(Exception\):|request_body = json\.dumps/,
    );
  });

  it.each(['exceptions.py', 'rest.py', 'api_client.py', 'api/auth_api.py'])(
    'is refused when a newer generator writes %s otherwise',
    (name) => {
      expect(() => finishedPython(name, 'import another')).toThrow('no longer');
    },
  );
});

describe('what the Go client returns', () => {
  it('is judged by functions of its SDK, in every operation', () => {
    const [, , go = ''] = targets.map(sourceOf);
    expect(go.match(/answers\.Body\(/g)).toHaveLength(operationIds.length);
    expect(go).not.toMatch(/io\.ReadAll|decode\(&localVarReturnValue|error = err\.Error\(\)/);
  });

  it.each([
    [judgedGo, 'localVarPath := localBasePath + "/v1/teams"\nlocalVarBody := bodyOf(response)'],
    [judgedGoClient, 'func (c *APIClient) callAPI() {}'],
    [judgedGoUtilities, 'func reportError() {}'],
  ])('is refused when a newer generator writes what %o does not know', (judged, text) => {
    expect(() => judged('a file', text)).toThrow('no longer');
  });
});

describe('the path segments of the generated clients', () => {
  it('are all made by the function of their SDK', () => {
    const [typescript = '', python = '', go = ''] = targets.map(sourceOf);
    const parameters = Object.keys(buildOpenApi().paths).flatMap((path) => path.match(/\{\w+\}/g) ?? []);
    expect(parameters.length).toBeGreaterThan(40);
    expect(typescript.match(/urlPath\.replace\('\{\w+\}', pathSegment\(/g)?.length).toBeGreaterThan(40);
    expect(typescript).not.toMatch(/urlPath\.replace\((?!'\{\w+\}', pathSegment\()/);
    expect(python).toContain('path_segment(k, str(v))');
    expect(go.match(/segments\.Of\(/g)?.length).toBe(typescript.match(/pathSegment\('/g)?.length);
    expect(go).not.toContain('url.PathEscape');
  });

  const path = '/v1/teams/{id}';
  it.each([
    [guardedTypeScript, `let urlPath = \`${path}\`;\nurlPath = urlPath.replace('{id}', escape(p['id']));`],
    [guardedTypeScript, 'const path = template;'],
    [guardedPython, 'resource_path.replace(k, quote_plus(v))'],
    [guardedGo, `localVarPath := localBasePath + "${path}"\nlocalVarPath = escaped(localVarPath, r.id)`],
    [guardedGo, 'localVarPath := pathOf(r)'],
  ])('are refused when a newer generator writes what %o does not know', (guarded, text) => {
    expect(() => guarded('a file', text)).toThrow('no longer');
  });
});
