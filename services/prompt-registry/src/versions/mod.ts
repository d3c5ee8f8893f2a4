export { type Allowance, parseAllowance } from './allowance.ts';
export { requireAuthoring } from './authoring.ts';
export { checkConfig } from './checked-config.ts';
export { type CheckedContent, type ContentInput, requireText } from './checked-content.ts';
export { authoredSchemaOf, requireUnion } from './checked-schema.ts';
export { versionCommands } from './commands.ts';
export type { ContentCheck } from './content-check.ts';
export { contentHashOf, digestOf } from './content-hash.ts';
export { changeFor, namingPrompt, requireNoBreak, requireSchema } from './contract-breaks.ts';
export { type Contributors, contributorsOf, isContributor } from './contributors.ts';
export type { CreateVersion } from './create-version.ts';
export { requireETag } from './etag.ts';
export { factsFiller } from './facts-filler.ts';
export type { InputSchemas } from './input-schemas.ts';
export type { AuthoredText, Judgement } from './judgement.ts';
export { requireNote } from './note.ts';
export { PlaceFault } from './place-fault.ts';
export { programRepublisher } from './program-republisher.ts';
export { type Promotion, versionRoutes } from './routes.ts';
export { refFor, requireSeenVersion, seesVersion } from './seen-version.ts';
export { ShowWantedVersion } from './show-wanted-version.ts';
export { after } from './states.ts';
export { findVersion, liveVersion, requireVersion, versionPair } from './store.ts';
export type { TransitionOptions, TransitionVersion } from './transition-version.ts';
export { parseVersionNumber, parseVersionRef } from './version-ref.ts';
export {
  contentHash,
  type VersionRow,
  variableOnWire,
  versionAnswer,
  versionJson,
} from './version-row.ts';
