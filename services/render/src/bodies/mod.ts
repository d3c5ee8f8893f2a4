export { StreamBodySource } from './stream-body-source.ts';
export { type BodySource, type VersionBody, VersionBodies } from './version-bodies.ts';
