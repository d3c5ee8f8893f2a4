/** Builds the commands of this feature. */
import type { Authoring } from '../changes/mod.ts';
import type { HeavyWork } from '../heavy/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import type { PromptFoundation, PromptParts } from '../prompts/mod.ts';
import { ContentCheck } from './content-check.ts';
import { CreateVersion } from './create-version.ts';
import { DeleteVersion } from './delete-version.ts';
import { DuplicateVersion } from './duplicate-version.ts';
import { InputSchemas } from './input-schemas.ts';
import { ListVersions } from './list-versions.ts';
import { ReadVersion } from './read-version.ts';
import { TransitionVersion } from './transition-version.ts';
import { UpdateVersion } from './update-version.ts';

export interface VersionParts extends PromptParts {
  readonly heavy: HeavyWork;
  readonly authoring: Authoring;
  readonly gate: PolicyGate;
}

export function versionCommands({ changes }: Pick<PromptFoundation, 'changes'>, parts: VersionParts) {
  const contents = new ContentCheck(parts);
  const schemas = new InputSchemas({ ...parts, changes, contents });
  return {
    contents,
    schemas,
    create: new CreateVersion({ ...parts, contents }),
    list: new ListVersions(parts),
    read: new ReadVersion(parts),
    update: new UpdateVersion({ ...parts, contents, schemas }),
    delete: new DeleteVersion(parts),
    transition: new TransitionVersion({ ...parts, schemas }),
    duplicate: new DuplicateVersion(parts),
  };
}
