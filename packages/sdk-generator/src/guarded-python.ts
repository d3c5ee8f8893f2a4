/**
 * The generated Python client raises errors of pydantic, of urllib3 and of its own. Functions of its SDK replace those parts, and its
 * own errors become those of the SDK, so that both the generator's names and the SDK's catch them. See `_calls.py` and `_api.py`.
 */
import { guardedPython } from './path-segments.ts';
import { replacedOnce } from './replaced.ts';

type Replacement = readonly [from: string, to: string];

const EXCEPTIONS = 'from typing_extensions import Self\n';
const VALIDATION = 'from pydantic import validate_call, ';
const REST = 'from px0.generated.exceptions import ApiException, ApiValueError\n';

/** By the generator's name, the SDK's kind of the same statuses. */
const kinds: readonly Replacement[] = [
  ['BadRequestException', 'InvalidRequestError'],
  ['NotFoundException', 'NotFoundError'],
  ['UnauthorizedException', 'UnauthorizedError'],
  ['ForbiddenException', 'ForbiddenError'],
  ['ConflictException', 'ConflictError'],
  ['UnprocessableEntityException', 'InvalidRequestError'],
];

const replacements: Readonly<Record<string, readonly Replacement[]>> = {
  'exceptions.py': [
    [
      EXCEPTIONS,
      `${EXCEPTIONS}
from px0 import errors
`,
    ],
    ['class OpenApiException(Exception):', 'class OpenApiException(errors.Px0Error):'],
    ['class ApiException(OpenApiException):', 'class ApiException(OpenApiException, errors.RefusedError):'],
    ...kinds.map(
      ([name, kind]): Replacement => [
        `class ${name}(ApiException):`,
        `class ${name}(ApiException, errors.${kind}):`,
      ],
    ),
    ['if http_resp.status == 400:', 'if http_resp.status in (400, 413):'],
    ['if http_resp.status == 409:', 'if http_resp.status in (409, 412):'],
  ],
  'rest.py': [
    [REST, `from px0._calls import body_text\n${REST}`],
    ['request_body = json.dumps(body)', 'request_body = body_text(body)'],
  ],
  // Without a client given to it, an API has one of the SDK.
  'api_client.py': [
    [
      'cls._default = ApiClient()',
      'from px0._api import ApiClient as JudgingApiClient\n            cls._default = JudgingApiClient()',
    ],
  ],
};

/** The last hand on a file of the Python client. @throws Error when it is not what the replacements were made for */
export function finishedPython(name: string, text: string): string {
  let result = name === 'api_client.py' ? guardedPython(name, text) : text;
  for (const [from, to] of replacements[name] ?? []) result = replacedOnce(name, result, from, to);
  if (!/^api[\\/]\w+_api\.py$/.test(name)) return result;
  return replacedOnce(
    name,
    result,
    VALIDATION,
    'from px0._calls import validate_call\nfrom pydantic import ',
  );
}
