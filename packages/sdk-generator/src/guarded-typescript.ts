// The generated TypeScript client lets through what JSON cannot hold and throws errors of the language. The hand-written SDK judges
// both, in one place; here its functions take the place of what the generator writes. See `generated-support.ts` of the SDK.
import { replacedOnce } from './replaced.ts';

const RUNTIME_IMPORTS = `import { UsageError } from '../errors.ts';
import { nothingOf, resultOf } from '../generated-support.ts';
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
    'async value(): Promise<void> {\n        return undefined;',
    'async value(): Promise<void> {\n        return nothingOf(this.raw);',
  ],
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
const IMPORT = "import * as runtime from '../runtime.ts';\n";

/** For the file of an API. @throws Error when it does not make requests and read answers as expected */
export function guardedCalls(name: string, text: string): string {
  const operations = text.match(/async \w+Raw\(/g)?.length ?? 0;
  const readers = text.match(/new runtime\.JSONApiResponse\(/g)?.length ?? 0;
  const models = [...new Set([...text.matchAll(RESULT)].map(([, model = '']) => model))].toSorted();
  if (
    operations === 0 ||
    text.match(OPTIONS)?.length !== operations ||
    (text.match(RESULT)?.length ?? 0) !== readers
  ) {
    throw new Error(`the generated ${name} no longer makes requests or reads answers in the expected form`);
  }
  const forms = models.map((model) => `instanceOf${model}`);
  const imports = [
    `import { ${[...(forms.length > 0 ? ['formed'] : []), 'prepared'].join(', ')} } from '../../generated-support.ts';`,
    ...(forms.length > 0 ? [`import { ${forms.join(', ')} } from '../models/index.ts';`] : []),
  ];
  const guarded = text
    .replace(OPTIONS, 'const requestOptions = await prepared($1);')
    .replace(RESULT, '(jsonValue) => $1FromJSON(formed(jsonValue, instanceOf$1)))');
  return replacedOnce(name, guarded, IMPORT, `${imports.join('\n')}\n${IMPORT}`);
}
