/** Texts that name an application, and its variables: whatever it sends becomes something that can be listed. */
import type { IncomingHttpHeaders } from 'node:http';
import { usageLimits } from '@px0/contracts';

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The text's first printable characters, without blanks around them. */
export function printable(text: string, most: number): string {
  // Two units hold a character, and of a long text no more than this can be needed unless it is mostly unprintable.
  const cleaned = text
    .slice(0, 8 * most)
    .replace(UNPRINTABLE, '')
    .trim();
  return cleaned.length <= most ? cleaned : Array.from(cleaned).slice(0, most).join('').trimEnd();
}

const CONTROL = /\p{Cc}/gu;

/** The name of a variable, which an application may call as it likes, with a mark in place of each control character. */
export function nameOf(variable: string): string {
  return variable.replaceAll(CONTROL, '\ufffd');
}

const MOST = usageLimits.serviceName;

/** The header of the last render: in a row, many have the same. */
let last: { readonly header: string; readonly name: string | undefined } = { header: '', name: undefined };

/** The name of the service that asks for a render; undefined when it gives none. */
export function serviceOf(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['px0-service'];
  if (typeof header !== 'string') return undefined;
  if (header !== last.header) {
    // Node gives the bytes of UTF-8 one by one.
    const name = printable(Buffer.from(header, 'latin1').toString('utf8'), MOST);
    last = { header, name: name === '' ? undefined : name };
  }
  return last.name;
}
