/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { requireFolder } from './folder.ts';
export { promptTexts } from './prompt-texts.ts';
