/** What a version changed compared to the version before it, in short. */
import { bodyText, configText, contentOf, isChat, schemaText } from '../preview/mod.ts';
import { type LineChange, lineChange } from './line-change.ts';
import type { Version } from './version-actions.ts';

export interface VersionChange {
  /** The number of the version before. */
  readonly base: number;
  /** Undefined if the texts have the same lines. */
  readonly text: LineChange | undefined;
  /** What else differs. */
  readonly others: readonly string[];
}

/** Undefined for the first version. `versions`: all of the prompt, the newest first. */
export function changeOf(version: Version, versions: readonly Version[]): VersionChange | undefined {
  const before = versions[versions.indexOf(version) + 1];
  if (before === undefined) return undefined;
  const [from, to] = [contentOf(before), contentOf(version)];
  const others = [
    isChat(from.body) === isChat(to.body) ? '' : isChat(to.body) ? 'now a chat' : 'now a text',
    configText(from.config) === configText(to.config) ? '' : 'configuration',
    schemaText(from.schema) === schemaText(to.schema) ? '' : 'input schema',
  ];
  return {
    base: before.version,
    text: lineChange(bodyText(from.body), bodyText(to.body)),
    others: others.filter((name) => name !== ''),
  };
}
