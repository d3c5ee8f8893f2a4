/** Writes files completely or not at all. */
import { chmodSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

interface Replacement {
  readonly content: string | Uint8Array;
  /** A file in the same folder, which does not exist afterwards. */
  readonly temporary: string;
  readonly mode?: number;
}

/**
 * Synchronous, because signals are handled between events: an interruption leaves either the old or the new file, and no temporary one.
 *
 * @throws the file system's error, whose `syscall` is `rename` if only the target is at fault
 */
export function replaceFile(path: string, { content, temporary, mode }: Replacement): void {
  try {
    writeFileSync(temporary, content, { mode });
    // The mode above applies only to a new file.
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // It did not exist.
    }
    throw error;
  }
}
