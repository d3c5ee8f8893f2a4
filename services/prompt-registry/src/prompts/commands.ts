/** Builds the commands of this feature, and what features that work on prompts are built from. */
import type { AccessProjection } from '@px0/access';
import type { Reader } from '@px0/owner';
import type { Authoring, Changes } from '../changes/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import { CreatePrompt } from './create-prompt.ts';
import { DescribePrompt } from './describe-prompt.ts';
import { FindPrompt } from './find-prompt.ts';
import { FindPromptByText } from './find-prompt-by-text.ts';
import { ListFolders } from './list-folders.ts';
import { ListPrompts } from './list-prompts.ts';
import { MoveFolder } from './move-folder.ts';
import { MovePrompt } from './move-prompt.ts';
import { PatchPrompt } from './patch-prompt.ts';
import { PromptChanges, type PromptChangesDependencies } from './prompt-changes.ts';
import { SetPromptStatus } from './set-prompt-status.ts';

export interface PromptFoundation {
  readonly database: Reader;
  readonly access: AccessProjection;
  readonly changes: Changes;
}

/** What features that work on prompts are built from. */
export interface PromptParts {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly changes: PromptChanges;
  readonly prompts: FindPrompt;
}

/** Call it once per process: the parts hold the queues of writers. `settle`: see `PromptChanges`. */
export function promptParts(
  foundation: PromptFoundation,
  settle?: PromptChangesDependencies['settle'],
): PromptParts {
  const { database: reader, access } = foundation;
  return {
    reader,
    access,
    changes: new PromptChanges({ ...foundation, settle }),
    prompts: new FindPrompt({ reader, access }),
  };
}

export interface AuthoredPromptParts extends PromptParts {
  readonly authoring: Authoring;
  readonly gate: PolicyGate;
}

export function promptCommands(foundation: PromptFoundation, parts: AuthoredPromptParts) {
  return {
    create: new CreatePrompt({ ...foundation, authoring: parts.authoring }),
    describe: new DescribePrompt(parts),
    patch: new PatchPrompt(parts),
    setStatus: new SetPromptStatus(parts),
    move: new MovePrompt(parts),
    find: new FindPromptByText(parts),
    list: new ListPrompts(parts),
    listFolders: new ListFolders(parts),
    moveFolder: new MoveFolder({ ...foundation, gate: parts.gate }),
  };
}
