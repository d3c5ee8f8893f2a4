/** Versions as people name them: by number, by tag, or `live`. */
import { NotFoundError } from '@px0/sdk';
import type { Prompt, PromptVersion, PromptVersionsApi } from '@px0/sdk/api';

/** @throws NotFoundError */
export async function versionOf(
  versions: PromptVersionsApi,
  prompt: Prompt,
  ref: string,
): Promise<PromptVersion> {
  if (ref !== 'live') return (await versions.getVersion(prompt.id, ref)).version;
  const live = await liveVersionOf(versions, prompt);
  if (live === undefined) throw new NotFoundError(404, `${prompt.slug} has no live version`);
  return live;
}

export async function liveVersionOf(
  versions: PromptVersionsApi,
  { id }: Prompt,
): Promise<PromptVersion | undefined> {
  const [live] = (await versions.listVersions(id, 'live')).versions;
  return live;
}
