/**
 * The generators percent-encode path parameters but leave `.` and `..`, which HTTP clients resolve, so that the
 * request reaches another resource. Each generated client therefore builds its path segments with its SDK's own function, which
 * refuses such values. Every rewrite fails when a newer generator writes something else.
 */
import { replacedOnce } from './replaced.ts';

const TYPESCRIPT = /encodeURIComponent\(String\(requestParameters\['(\w+)'\]\)\)/g;
const TYPESCRIPT_IMPORT = "import * as runtime from '../runtime.ts';\n";

/** @throws Error when not every path parameter is written as expected */
export function guardedTypeScript(name: string, text: string): string {
  const guarded = text.replace(TYPESCRIPT, "pathSegment('$1', requestParameters['$1'])");
  const paths = [...text.matchAll(/let urlPath = `([^`]*)`/g)].map(([, path = '']) => path);
  requireAll(name, paths, guarded.match(/urlPath\.replace\('\{\w+\}', pathSegment\(/g));
  if (guarded === text) return text;
  return replacedOnce(
    name,
    guarded,
    TYPESCRIPT_IMPORT,
    `import { pathSegment } from '../../path-segment.ts';\n${TYPESCRIPT_IMPORT}`,
  );
}

const PYTHON = 'quote(str(v), safe=config.safe_chars_for_path_param)';
const PYTHON_IMPORT = 'from px0.generated.configuration import Configuration\n';

/** For `api_client.py`, which makes every path. @throws Error when it does not do so as expected */
export function guardedPython(name: string, text: string): string {
  const guarded = replacedOnce(name, text, PYTHON, 'path_segment(k, str(v))');
  return replacedOnce(
    name,
    guarded,
    PYTHON_IMPORT,
    `from px0._segments import path_segment\n${PYTHON_IMPORT}`,
  );
}

const GO = /url\.PathEscape\(parameterValueToString\(r\.(\w+), "(\w+)"\)\)/;
const GO_LINE = new RegExp(
  String.raw`^\tlocalVarPath = (strings\.Replace\(localVarPath, "\{"\+"\w+"\+"\}", )${GO.source}(, -1\))$`,
  'gm',
);
const GO_RETURN = /^\t\treturn (localVarReturnValue, )?nil, &GenericOpenAPIError\{error: err\.Error\(\)\}$/m;
const GO_IMPORTS = /^import \(\n(?:\t"[\w/]+"\n)+/m;

/** @throws Error when not every path parameter is written as expected */
export function guardedGo(name: string, text: string): string {
  const guarded = text
    .split(/^(?=func )/m)
    .map((part) => {
      const value = GO_RETURN.exec(part)?.[1] ?? '';
      return part.replace(GO_LINE, (_, head: string, field: string, parameter: string, tail: string) =>
        [
          `\t${field}Segment, err := segments.Of("${parameter}", parameterValueToString(r.${field}, "${parameter}"))`,
          '\tif err != nil {',
          `\t\treturn ${value}nil, err`,
          '\t}',
          `\tlocalVarPath = ${head}${field}Segment${tail}`,
        ].join('\n'),
      );
    })
    .join('');
  const paths = [...text.matchAll(/localVarPath := localBasePath \+ "([^"]*)"/g)].map(
    ([, path = '']) => path,
  );
  requireAll(name, paths, guarded.match(/segments\.Of\(/g));
  if (guarded === text) return text;
  const [imports] = GO_IMPORTS.exec(guarded) ?? [''];
  return replacedOnce(
    name,
    guarded,
    imports,
    `${imports}\n\t"github.com/px0/px0/packages/sdk-go/internal/segments"\n`,
  );
}

function requireAll(name: string, paths: readonly string[], guarded: readonly string[] | null): void {
  const parameters = paths.flatMap((path) => path.match(/\{\w+\}/g) ?? []);
  if (paths.length === 0) throw new Error(`the generated ${name} no longer has paths of the expected form`);
  if (parameters.length !== (guarded?.length ?? 0)) {
    throw new Error(`the generated ${name} no longer writes its path parameters in the expected form`);
  }
}
