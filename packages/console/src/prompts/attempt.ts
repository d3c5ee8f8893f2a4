/** Runs what a toast's button or a menu's item offers; a failure is said in a toast, since there is no dialog to say it in. */
import { toastError } from '../ui/mod.ts';

export async function attempt(act: () => Promise<unknown>, failure?: string): Promise<void> {
  try {
    await act();
  } catch (error) {
    toastError(error, failure);
  }
}
