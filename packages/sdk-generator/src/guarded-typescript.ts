/**
 * The generated TypeScript client accepts what JSON cannot hold and throws errors of the language. The hand-written SDK judges
 * both in one place; its functions replace what the generator writes. See `generated-support.ts` of the SDK.
 */
import { replacedOnce } from './replaced.ts';

const RUNTIME_IMPORTS = `import { UsageError } from '../errors.ts';
import { refusalOf, requireQueryValue, resultOf, unsent } from '../generated-support.ts';
import { bodyText } from '../json-text.ts';
import { encodedText } from '../path-segment.ts';

`;

const runtimeReplacements: readonly (readonly [from: string, to: string])[] = [
  ['export const BASE_PATH = ', `${RUNTIME_IMPORTS}export const BASE_PATH = `],
  [
    'body = JSON.stringify(overriddenInit.body);',
    'body = overriddenInit.body === undefined ? undefined : bodyText(overriddenInit.body);',
  ],
  ['class RequiredError extends Error {', 'class RequiredError extends UsageError {'],
  [
    'this.middleware = configuration.middleware;',
    `if (!(configuration instanceof Configuration)) throw new UsageError('an API is made with a Configuration, such as apiConfiguration() gives');
        this.middleware = configuration.middleware;`,
  ],
  [
    "throw new ResponseError(response, 'Response returned an error code');",
    'throw await refusalOf(this.configuration.basePath, init, response);',
  ],
  [
    "throw new FetchError(e, 'The request failed and the interceptors did not return an alternative response');",
    'throw unsent(this.configuration.basePath, fetchParams.init, e);',
  ],
  ['throw e;', 'throw unsent(this.configuration.basePath, fetchParams.init, e);'],
  ['if (value instanceof Array) {', 'requireQueryValue(fullKey, value);\n    if (value instanceof Array) {'],
  ['return this.transformer(await this.raw.json());', 'return resultOf(this.raw, this.transformer);'],
];

/** @throws Error when the runtime is not what the replacements were made for */
export function guardedRuntime(text: string): string {
  let result = text;
  for (const [from, to] of runtimeReplacements) result = replacedOnce('runtime.ts', result, from, to);
  if (!result.includes('encodeURIComponent('))
    throw new Error('the generated runtime.ts no longer has queries');
  return result.replaceAll('encodeURIComponent(', "encodedText('a query parameter', ");
}

const OPTIONS = /const requestOptions = await (this\.\w+RequestOpts\((?:requestParameters)?\));/g;
const RESULT = /\(jsonValue\) => (\w+)FromJSON\(jsonValue\)\)/g;
const NO_RESULT = /new runtime\.VoidApiResponse\(response\)/g;
const IMPORT = "import * as runtime from '../runtime.ts';\n";

/** For the file of an API. @throws Error when it does not make requests and read answers as expected */
export function guardedCalls(name: string, text: string): string {
  const operations = countOf(text, /async \w+Raw\(/g);
  const results = countOf(text, RESULT) + countOf(text, NO_RESULT);
  if (operations === 0 || countOf(text, OPTIONS) !== operations || results !== operations) {
    throw new Error(`the generated ${name} no longer makes requests or reads answers in the expected form`);
  }
  const guarded = text
    .replace(OPTIONS, 'const requestOptions = await prepared($1);')
    .replace(NO_RESULT, 'new runtime.VoidApiResponse(withoutResult(response))')
    .replace(RESULT, '(jsonValue) => $1FromJSON(formed(jsonValue, instanceOf$1)))');
  const used = [...new Set(guarded.match(/\b(?:formed|prepared|withoutResult)(?=\()/g))].toSorted();
  const forms = [...new Set(guarded.match(/(?<=, )instanceOf\w+(?=\)\)\))/g))].toSorted();
  const imports = [
    `import { ${used.join(', ')} } from '../../generated-support.ts';\n`,
    forms.length === 0 ? '' : `import { ${forms.join(', ')} } from '../models/index.ts';\n`,
  ];
  return replacedOnce(name, guarded, IMPORT, `${imports.join('')}${IMPORT}`);
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
