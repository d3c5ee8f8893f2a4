/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { type CheckedContent, type ContentInput, checkContent } from './checked-content.ts';
export { type AuthoredText, type Judgement, judge } from './judgement.ts';
export { requireNote } from './note.ts';
export { PlaceFault } from './place-fault.ts';
