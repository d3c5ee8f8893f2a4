/** Formats of dates are slow to create (30 ms on a fast machine), so each is created when it is first used. */
export function dateText(options: Intl.DateTimeFormatOptions): (time: Date | number) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (time) => {
    format ??= new Intl.DateTimeFormat('en', options);
    return format.format(time);
  };
}
