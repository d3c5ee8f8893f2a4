export { type BodySource, contentOf, fetchBody, type VersionBody, VersionGoneError } from './body-source.ts';
export { StreamBodySource } from './stream-body-source.ts';
export { VersionBodies } from './version-bodies.ts';
