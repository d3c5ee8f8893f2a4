/**
 * The generated Go client returns errors of other packages and does not check who answered. Functions of its SDK replace
 * those parts; see `internal/answers` of the SDK.
 */
import { guardedGo } from './path-segments.ts';
import { replacedOnce } from './replaced.ts';

type Replacement = readonly [from: string, to: string];

const PACKAGE = '"github.com/px0/px0/packages/sdk-go/internal/answers"';
const IMPORTS = /^import \(\n(?:\t"[\w/]+"\n|\n)+/m;

const clientReplacements: readonly Replacement[] = [
  [
    'formFiles []formFile) (localVarRequest *http.Request, err error) {\n',
    'formFiles []formFile) (localVarRequest *http.Request, err error) {\n\tdefer func() { err = answers.Sendable(localVarRequest, err) }()\n',
  ],
  [
    '\tresp, err := c.cfg.HTTPClient.Do(request)\n\tif err != nil {\n\t\treturn resp, err\n',
    '\tresp, err := c.cfg.HTTPClient.Do(request)\n\tif err != nil {\n\t\treturn resp, answers.Unanswered(request, err)\n',
  ],
  [
    '\tmodel interface{}\n}\n',
    `\tmodel interface{}
\tstatus int
\theader http.Header
}

// Is reports whether target is a kind of error of package px0: px0.ErrNotFound and the like for what px0 refuses, and
// px0.ErrUnreachable for what something else has answered in its place.
func (e GenericOpenAPIError) Is(target error) bool {
\treturn answers.Is(e.status, e.header, e.body, target)
}

// Hint returns what px0 says may help, such as "did you mean tone_check?"; empty if it says nothing. Its words may change.
func (e GenericOpenAPIError) Hint() string {
\treturn answers.HintSentence(e.header)
}
`,
  ],
];

/** For `client.go`. @throws Error when it is not what the replacements were made for */
export function judgedGoClient(name: string, text: string): string {
  let result = text;
  for (const [from, to] of clientReplacements) result = replacedOnce(name, result, from, to);
  return withImport(name, result);
}

/** For `utils.go`, which says that a parameter is missing. @throws Error when it does not do so as expected */
export function judgedGoUtilities(name: string, text: string): string {
  const made = 'return fmt.Errorf(format, a...)';
  return withImport(
    name,
    replacedOnce(name, text, made, 'return answers.Unusable(fmt.Errorf(format, a...))'),
  );
}

const BODY = 'io.ReadAll(localVarHTTPResponse.Body)';
const ERROR = /newErr := &GenericOpenAPIError\{\n/g;
const RESULT = /a\.client\.decode\(&localVarReturnValue, localVarBody, [^\n]*\)\n/g;
const FAILED = 'if localVarHTTPResponse.StatusCode >= 300 {';
const DETAIL = /\t*newErr\.error = err\.Error\(\)\n/g;

/** For the file of an API. @throws Error when it does not read answers as expected */
export function judgedGo(name: string, text: string): string {
  const parts = guardedGo(name, text).split(/^(?=func )/m);
  const operations = parts.filter((part) => part.includes('localVarPath := localBasePath'));
  const isExpected = (part: string): boolean =>
    part.split(BODY).length === 2 &&
    part.split(FAILED).length === 2 &&
    part.match(ERROR) !== null &&
    (part.match(RESULT) !== null) === part.includes('localVarReturnValue');
  if (operations.length === 0 || !operations.every(isExpected)) {
    throw new Error(`the generated ${name} no longer reads answers in the expected form`);
  }
  return withImport(name, parts.map((part) => (operations.includes(part) ? judged(part) : part)).join(''));
}

function judged(operation: string): string {
  const made = operation
    .replace(BODY, 'answers.Body(req, localVarHTTPResponse)')
    .replace(
      ERROR,
      '$&\t\t\tstatus: localVarHTTPResponse.StatusCode,\n\t\t\theader: localVarHTTPResponse.Header,\n',
    )
    .replace(RESULT, 'answers.Result(localVarBody, &localVarReturnValue)\n')
    // The status says more than what kept the page of a proxy from being read.
    .replace(DETAIL, '');
  if (operation.includes('localVarReturnValue')) return made;
  // Of an operation without a result there is but one answer that tells of success.
  return made.replace(FAILED, 'if localVarHTTPResponse.StatusCode != http.StatusNoContent {');
}

function withImport(name: string, text: string): string {
  const [imports = ''] = IMPORTS.exec(text) ?? [];
  const own = imports.endsWith('\n\n') ? `${imports}\t${PACKAGE}\n` : `${imports}\n\t${PACKAGE}\n`;
  return replacedOnce(name, text, imports, own);
}
