export { KeyRing, type KeyRingOptions } from './key-ring.ts';
export { askForRotation } from './signing-key-store.ts';
export { startKeyRing } from './start-key-ring.ts';
