export { KeyRing, type KeyRingOptions } from './key-ring.ts';
export { startKeyRing } from './start-key-ring.ts';
export { askForRotation } from './store.ts';
