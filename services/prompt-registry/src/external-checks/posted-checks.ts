/** How the checks stand that a policy demands of a version: what was posted about the content that it has now. */
import type { ApiKeyId, PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { contentHash, digestOf, requireVersion } from '../versions/mod.ts';
import type { CheckStatus } from './check-input.ts';
import { checksOfContent } from './store.ts';

export interface PostedState {
  readonly state: CheckStatus;
  /** What the poster said of it. */
  readonly detail: string;
}

/**
 * How a check stands by what these keys said; undefined keys: any key `all` of the team, as every poster was one. What nobody has said, or only
 * of other content, is pending. A key that has ended meanwhile counts: a key of CI may live for one run.
 */
export type PostedStates = (name: string, apiKeyIds: readonly ApiKeyId[] | undefined) => PostedState;

const nothingPosted: PostedState = { state: 'pending', detail: '' };

/** The states of a version's checks. Read within a change, it is of what the change finds. @throws ApiError versionNotFound */
export async function postedStates(
  reader: Reader,
  promptId: PromptId,
  { number }: { readonly number: number },
): Promise<PostedStates> {
  const version = await requireVersion(reader, promptId, { kind: 'number', number });
  const digest = digestOf(contentHash(version)).toString('hex');
  const checks = await checksOfContent(reader, promptId, number, digest);
  return (name, apiKeyIds) => {
    const newest = checks.find(
      (check) => check.name === name && (apiKeyIds === undefined || apiKeyIds.includes(check.apiKeyId)),
    );
    return newest === undefined ? nothingPosted : { state: newest.state, detail: newest.description };
  };
}
