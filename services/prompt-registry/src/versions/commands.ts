/** Builds the commands of this feature. */
import type { HeavyWork } from '../heavy/mod.ts';
import type { PromptParts } from '../prompts/mod.ts';
import type { Authoring } from './authoring.ts';
import { ContentCheck } from './content-check.ts';
import { CreateVersion } from './create-version.ts';
import { DeleteVersion } from './delete-version.ts';
import { DuplicateVersion } from './duplicate-version.ts';
import { ListVersions } from './list-versions.ts';
import { ReadVersion } from './read-version.ts';
import { TransitionVersion } from './transition-version.ts';
import { UpdateVersion } from './update-version.ts';

export interface VersionParts extends PromptParts {
  readonly heavy: HeavyWork;
  readonly authoring: Authoring;
}

export function versionCommands(parts: VersionParts) {
  const contents = new ContentCheck(parts);
  return {
    contents,
    create: new CreateVersion({ ...parts, contents }),
    list: new ListVersions(parts),
    read: new ReadVersion(parts),
    update: new UpdateVersion({ ...parts, contents }),
    delete: new DeleteVersion(parts),
    transition: new TransitionVersion(parts),
    duplicate: new DuplicateVersion(parts),
  };
}
