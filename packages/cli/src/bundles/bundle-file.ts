/** The files of bundles and of their keys. */
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type BundlePrivateKey,
  bundlePrivateKey,
  bundlePublicKey,
  MOST_BUNDLE_BYTES,
  newBundlePrivateKey,
} from '@px0/delivery/bundle';
import { CliError } from '../exit-codes.ts';
import { replaceFile } from '../replace-file.ts';
import { asCliError, printable, readRegularFileBytes, readTextFile } from '../text-input.ts';

const ONLY_OWNER = 0o600;

/** Writes a new private key to a file that is not there yet. @throws CliError */
export function writeNewKey(path: string): BundlePrivateKey {
  const text = newBundlePrivateKey();
  const key = bundlePrivateKey(text);
  if (key === undefined) throw new Error('a new key is one');
  try {
    // A key that is lost cannot be made again, so none is replaced.
    writeFileSync(path, `${text}\n`, { mode: ONLY_OWNER, flag: 'wx' });
  } catch (error) {
    throw asCliError(error, `${printable(path)} cannot be written`);
  }
  return key;
}

/** The private key in a file, or else in the environment. @throws CliError that never contains it */
export async function privateKeyOf(
  path: string | undefined,
  env: string | undefined,
): Promise<BundlePrivateKey> {
  if (path === undefined && !env)
    throw new CliError('usage', 'there is no key to sign with; give --key-file, or set PX0_BUNDLE_KEY');
  const text = path === undefined ? (env ?? '') : await readTextFile(path);
  const key = bundlePrivateKey(text.trim());
  if (key !== undefined) return key;
  const place = path === undefined ? 'PX0_BUNDLE_KEY' : printable(path);
  throw new CliError('usage', `${place} does not hold a private key as "px0 bundle keygen" makes them`);
}

/** The public keys of the options, or else of the environment. @throws CliError for none, and for what is none */
export function publicKeysOf(options: readonly string[], env: string | undefined): readonly string[] {
  const keys = options.length > 0 ? options : (env ?? '').split(/[\s,]+/).filter((key) => key !== '');
  if (keys.length === 0)
    throw new CliError('usage', 'there is no key to check with; give --key, or set PX0_BUNDLE_KEYS');
  if (keys.every((key) => bundlePublicKey(key) !== undefined)) return keys;
  // It may be a private key, by mistake.
  const place = options.length > 0 ? '--key' : 'PX0_BUNDLE_KEYS';
  throw new CliError('usage', `${place} must be a public key, px0pk_ and 43 characters`);
}

/** Gzipped when its name says so. @throws CliError */
export function writeBundleFile(path: string, bundle: Buffer): void {
  const content = path.endsWith('.gz') ? gzipSync(bundle) : bundle;
  const temporary = join(dirname(path), `.${basename(path)}-${process.pid}.tmp`);
  try {
    replaceFile(path, { content, temporary });
  } catch (error) {
    throw asCliError(error, `${printable(path)} cannot be written`);
  }
}

/** @throws CliError */
export async function readBundleFile(path: string): Promise<Buffer> {
  return await readRegularFileBytes(path, MOST_BUNDLE_BYTES);
}
