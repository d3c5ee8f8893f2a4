/** Writes files whole or not at all. */
import { chmodSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

interface Replacement {
  readonly text: string;
  /** A file in the same folder, which is gone afterwards. */
  readonly temporary: string;
  readonly mode?: number;
}

/**
 * Synchronous, because signals are handled between events: an interruption finds the file as it was or as it shall be, and no temporary one.
 *
 * @throws the file system's error, whose `syscall` is `rename` where only the place is at fault
 */
export function replaceFile(path: string, { text, temporary, mode }: Replacement): void {
  try {
    writeFileSync(temporary, text, { mode });
    // The mode above counts only for a file that is new.
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // It was never there.
    }
    throw error;
  }
}
