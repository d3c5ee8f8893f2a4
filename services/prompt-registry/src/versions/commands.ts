/** Builds the commands of this feature. */
import type { HeavyWork } from '../heavy/mod.ts';
import type { PromptParts } from '../prompts/mod.ts';
import { CreateVersion } from './create-version.ts';
import { DeleteVersion } from './delete-version.ts';
import { DuplicateVersion } from './duplicate-version.ts';
import { ListVersions } from './list-versions.ts';
import { ReadVersion } from './read-version.ts';
import { TemplateCheck } from './template-check.ts';
import { TransitionVersion } from './transition-version.ts';
import { UpdateVersion } from './update-version.ts';

export function versionCommands(parts: PromptParts & { readonly heavy: HeavyWork }) {
  const templates = new TemplateCheck(parts);
  return {
    templates,
    create: new CreateVersion({ ...parts, templates }),
    list: new ListVersions(parts),
    read: new ReadVersion(parts),
    update: new UpdateVersion({ ...parts, templates }),
    delete: new DeleteVersion(parts),
    transition: new TransitionVersion(parts),
    duplicate: new DuplicateVersion(parts),
  };
}
