export { versionCommands } from './commands.ts';
export type { CreateVersion } from './create-version.ts';
export type { ReadVersion } from './read-version.ts';
export { type Promotion, versionRoutes } from './routes.ts';
export { ShowWantedVersion } from './show-wanted-version.ts';
export { liveVersion, requireVersion, versionPair } from './store.ts';
export {
  checkTemplate,
  requireTemplate,
  TEMPLATE_NAME,
  withoutName,
} from './template-check.ts';
export type { TransitionVersion } from './transition-version.ts';
export { parseVersionNumber, parseVersionRef } from './version-ref.ts';
export { type VersionRow, variableOnWire, versionOnWire } from './version-row.ts';
