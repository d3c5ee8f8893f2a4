export { DiffVersions } from './diff-versions.ts';
export { isLightDiff } from './edit-script.ts';
export { diffRoutes } from './routes.ts';
