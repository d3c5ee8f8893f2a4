/** RFC 3339 timestamps as numbers. Texts do not compare ("05Z" and "05.1Z"), and a Date drops the microseconds. */

/** Microseconds since the epoch, exact to the sixth digit of the fraction; 0 if the text is no timestamp. */
export function microseconds(text: string): number {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) return 0;
  const beyondMilliseconds = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? '';
  return milliseconds * 1_000 + Number(beyondMilliseconds.padEnd(3, '0'));
}
