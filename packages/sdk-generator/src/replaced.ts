/** Replaces text in the generator's output, and fails if the text is not there. */

/** @throws Error when the text does not have `from` exactly once: what a newer generator writes has to be looked at */
export function replacedOnce(name: string, text: string, from: string, to: string): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`the generated ${name} no longer has ${JSON.stringify(from)} once`);
  }
  return `${before}${to}${after}`;
}
