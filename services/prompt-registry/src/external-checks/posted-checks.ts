/** How the checks stand that a policy demands of a version: what was posted about the content that it has now. */
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { ExternalStates, PostedChecks } from '../policies/mod.ts';
import { contentHash, digestOf, requireVersion } from '../versions/mod.ts';

const nothingPosted = { state: 'pending', detail: '' } as const;

/**
 * How the checks of a version stand, by the value of `postedValue`. Read within a change, it is of what the change finds. Without keys, any key
 * `all` of the team counts, as every poster was one; what nobody has said, or only of other content, is pending. A key that has ended
 * meanwhile counts: a key of CI may live for one run.
 *
 * @throws ApiError versionNotFound
 */
export async function postedStates(
  reader: Reader,
  promptId: PromptId,
  { number }: { readonly number: number },
  { digest, checks }: PostedChecks,
): Promise<ExternalStates> {
  const present = digest ?? (await computedDigest(reader, promptId, number));
  return (name, apiKeyIds) => {
    const newest = checks.find(
      (check) =>
        check.name === name &&
        check.digest === present &&
        (apiKeyIds === undefined || apiKeyIds.includes(check.apiKeyId)),
    );
    return newest === undefined ? nothingPosted : { state: newest.state, detail: newest.detail };
  };
}

/** Of a version that is older than the column. */
async function computedDigest(reader: Reader, promptId: PromptId, number: number): Promise<string> {
  const version = await requireVersion(reader, promptId, { kind: 'number', number });
  return digestOf(contentHash(version)).toString('hex');
}
