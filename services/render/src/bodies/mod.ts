export { StreamBodySource } from './stream-body-source.ts';
export { type BodySource, VersionBodies, type VersionBody } from './version-bodies.ts';
