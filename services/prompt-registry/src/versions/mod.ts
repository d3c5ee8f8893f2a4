export { ReadVersions } from './read-versions.ts';
export { versionRoutes } from './routes.ts';
export { VersionStore } from './store.ts';
export {
  checkTemplate,
  requireTemplate,
  TEMPLATE_NAME,
  withoutName,
} from './template-check.ts';
export { TransitionVersion } from './transition-version.ts';
export { parseVersionNumber, parseVersionRef } from './version-ref.ts';
export { type VersionRow, variableToWire, versionToWire } from './version-row.ts';
export { WriteVersions } from './write-versions.ts';
