export { ReadVersions } from './read-versions.ts';
export { type VersionCommands, versionRoutes } from './routes.ts';
export { VersionStore } from './store.ts';
export { type CheckedTemplate, checkTemplate, requireTemplate, TEMPLATE_NAME, withoutName } from './template-check.ts';
export { type Condition, TransitionVersion } from './transition-version.ts';
export { parseVersionNumber, parseVersionRef, type VersionRef } from './version-ref.ts';
export { variableToWire, type VersionRow, versionToWire } from './version-row.ts';
export { WriteVersions } from './write-versions.ts';
