/** Watches what one render takes while it runs, and ends it by throwing; the steps alone say little about time. */
export interface Meter {
  /** An output of more UTF-16 units ends the render by `tooLong`. */
  readonly maxUnits: number;
  /** Asked every few microseconds of work, and before larger pieces of it: about so many nanoseconds are to follow in one go. Throws to end the render. */
  proceed(nanoseconds: number): void;
  /** The output has grown beyond `maxUnits`. */
  tooLong(): never;
}
