/** Signed bundles of prompts. Unlike the package's main face, this one needs Node. */

export { MOST_BUNDLE_BYTES } from './format.ts';
export { type BundlePrivateKey, bundlePrivateKey, bundlePublicKey, newBundlePrivateKey } from './keys.ts';
export {
  type Bundle,
  type BundleReading,
  type BundleRefusal,
  inspectBundle,
  readBundle,
} from './read-bundle.ts';
export { type BundleHeader, writeBundle } from './write-bundle.ts';
