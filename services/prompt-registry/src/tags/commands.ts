/** Builds the commands of this feature. */
import type { PolicyGate } from '../policies/mod.ts';
import type { PromptParts } from '../prompts/mod.ts';
import { ListTags } from './list-tags.ts';
import { ListTeamTags } from './list-team-tags.ts';
import { RemoveTag } from './remove-tag.ts';
import { SetTag } from './set-tag.ts';

export function tagCommands(parts: PromptParts & { readonly gate: PolicyGate }) {
  return {
    set: new SetTag(parts),
    remove: new RemoveTag(parts),
    list: new ListTags(parts),
    listOfTeam: new ListTeamTags(parts),
  };
}
