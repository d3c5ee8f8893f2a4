/** Builds the commands of this feature. */
import type { PromptParts } from '../prompts/mod.ts';
import { CreateVersion } from './create-version.ts';
import { DeleteVersion } from './delete-version.ts';
import { DuplicateVersion } from './duplicate-version.ts';
import { ListVersions } from './list-versions.ts';
import { ReadVersion } from './read-version.ts';
import { TransitionVersion } from './transition-version.ts';
import { UpdateVersion } from './update-version.ts';

export function versionCommands(parts: PromptParts) {
  return {
    create: new CreateVersion(parts),
    list: new ListVersions(parts),
    read: new ReadVersion(parts),
    update: new UpdateVersion(parts),
    delete: new DeleteVersion(parts),
    transition: new TransitionVersion(parts),
    duplicate: new DuplicateVersion(parts),
  };
}
