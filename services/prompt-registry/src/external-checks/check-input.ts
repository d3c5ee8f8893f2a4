/** The fields of a posted check, and the rules for them. */
import { checkName, checkStates } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';

/** As the body gives it. */
export interface CheckInput {
  readonly name?: string;
  readonly state?: string;
  readonly description?: string;
  readonly url?: string;
  readonly content_hash?: string;
}

export type CheckStatus = (typeof checkStates)[number];

export interface CheckedCheck {
  readonly name: string;
  readonly state: CheckStatus;
  readonly description: string;
  readonly url: string | null;
  readonly contentHash: string;
}

const NAME = new RegExp(checkName);
const DESCRIPTION_CHARACTERS = 255;
const URL_CHARACTERS = 2_048;

/** Judged in the order of the fields. @throws ApiError invalidCheck */
export function checkedInput(input: CheckInput): CheckedCheck {
  const { name = '', description = '', url, content_hash: contentHash } = input;
  if (!NAME.test(name)) throw invalid('name', 'must be 1 to 64 of a-z, 0-9, dots, underscores and dashes');
  const state = checkStates.find((each) => each === input.state);
  if (state === undefined) throw invalid('state', 'must be pending, success or failure');
  if (characters(description) > DESCRIPTION_CHARACTERS)
    throw invalid('description', `must be at most ${DESCRIPTION_CHARACTERS} characters`);
  if (url !== undefined && !isShown(url))
    throw invalid('url', `must be an https URL of at most ${URL_CHARACTERS} characters`);
  if (contentHash === undefined || contentHash === '') throw invalid('content_hash', 'is required');
  return { name, state, description, url: url ?? null, contentHash };
}

/** What people may be led to: nothing that runs, and no address that is read as another one. */
function isShown(url: string): boolean {
  if (characters(url) > URL_CHARACTERS || /[\p{C}\p{Z}]/u.test(url) || !URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}

function invalid(place: string, reason: string): ApiError {
  return new ApiError('invalidCheck', { detail: `${place}: ${reason}` });
}
