/** What the team has of prompts that a push changes: their versions, and how their contents differ from the files. */
import type { PromptsApi } from '@px0/sdk/api';
import { filesOfDocument } from './document.ts';
import { exportedPrompts } from './exported-prompts.ts';
import type { PresentVersions } from './plan-lines.ts';
import { formatPromptFile, type PromptFile } from './prompt-file.ts';
import { unifiedDiff } from './text-diff.ts';

interface ChangedPrompt extends PresentVersions {
  /** From what the prompt goes by, its live version or else its newest, to the file. Empty if the contents are equal. */
  readonly diff: string;
}

/** By slug. A plan is worth showing without it, so what px0 refuses to export is left out. */
export async function changedPrompts(
  api: PromptsApi,
  team: string,
  files: readonly PromptFile[],
): Promise<ReadonlyMap<string, ChangedPrompt>> {
  const changed = new Map<string, ChangedPrompt>();
  if (files.length === 0) return changed;
  const local = new Map(files.map((file) => [file.slug, file]));
  try {
    for await (const part of exportedPrompts(api, team, [...local.keys()])) {
      if (!('document' in part)) continue;
      const { files: present, versions } = filesOfDocument(part.document);
      for (const [slug, own] of versions) {
        const [before, after] = [present.find((file) => file.slug === slug), local.get(slug)];
        const diff = after === undefined ? '' : diffOf(before, after, own);
        changed.set(slug, { versions: own, diff });
      }
    }
  } catch {
    // Nor may every key that pushes export.
  }
  return changed;
}

function diffOf(
  before: PromptFile | undefined,
  after: PromptFile,
  versions: PresentVersions['versions'],
): string {
  if (before === undefined) return '';
  const live = versions.find(({ status }) => status === 'live');
  const usable = versions.filter(({ status }) => status !== 'archived').map(({ number }) => number);
  const number = live?.number ?? Math.max(...usable);
  return unifiedDiff(contentOf(before), contentOf(after), `v${number}`, `${after.slug}.prompt.md`);
}

/** What makes a version, as it stands in a file: configuration and input schema, if any, and the text or the messages. */
function contentOf({ config, input, template = '', messages }: PromptFile): string {
  if (messages === undefined && config === undefined && input === undefined) return template;
  const text = formatPromptFile({
    ...{ slug: '', name: '', status: 'draft', tags: [], payloads: [] },
    ...(config !== undefined && { config }),
    ...(input !== undefined && { input }),
    ...(messages === undefined ? { template } : { messages }),
  });
  // Both begin with the same lines, which say nothing of the content.
  return text.replace(/^---\nname: ""\n/, '---\n').replace(/^status: draft\n/m, '');
}
