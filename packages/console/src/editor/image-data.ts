/** The image that a `data:` URL holds. */

/** Characters of a URL that are decoded at most. */
const LONGEST = 12 * 1024 * 1024;

/** Formats that are pixels and nothing else. An SVG is a document. */
const PIXELS = /^data:(image\/(?:png|jpeg|gif|webp|avif|bmp))(?:;[^,;]*)*;base64,/i;

/** Undefined for any other URL, and for one that is no valid base64. */
export function imageIn(url: string): Blob | undefined {
  const [head = '', type] = PIXELS.exec(url.slice(0, 256)) ?? [];
  if (type === undefined || url.length > LONGEST) return undefined;
  try {
    const bytes = Uint8Array.from(atob(url.slice(head.length)), (character) => character.charCodeAt(0));
    return new Blob([bytes], { type: type.toLowerCase() });
  } catch {
    return undefined;
  }
}
