/** A moment as clients see it: RFC 3339 in UTC, without the zeros at the end of the fraction. */
export function wireTime(moment: Date): string {
  return moment.toISOString().replace(/\.?0+Z$/, 'Z');
}
