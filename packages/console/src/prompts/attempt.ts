/** Runs the action of a menu item or of a toast, and shows a failure as a toast, since no dialog is open to show it. */
import { toastError } from '../ui/mod.ts';

export async function attempt(act: () => Promise<unknown>, failure?: string): Promise<void> {
  try {
    await act();
  } catch (error) {
    toastError(error, failure);
  }
}
