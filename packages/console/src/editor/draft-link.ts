/**
 * A draft that px0 does not keep, because it has an error, in a link to its page: compressed, behind the `#`, so that no server is sent it. Whoever opens the
 * link decides whether the text comes into the editor, since anybody can write such a link.
 * See docs/decisions/216-broken-drafts.md.
 */
import { asJson, isList, isObject, type JsonObject, type JsonValue, readJson } from '../json/mod.ts';
import { type Content, contentOf, type VersionContent } from '../preview/mod.ts';
import { writtenContent } from './kept-content.ts';

const MARK = '#draft=';

/** Characters of a link that chats, mail programs and px0's own login take. */
const LONGEST_LINK = 12_000;

/** What a link may hold unpacked: more than a version. */
const MOST_UNPACKED = 2_000_000;

/** Undefined if the content is too long. @param page the address of the version's page */
export async function draftLink(page: string, content: Content): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(JSON.stringify(writtenContent(content)));
  const packed = await bytesOf(streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw')));
  const link = `${page}${MARK}${base64url(packed ?? bytes)}`;
  return packed === undefined || link.length > LONGEST_LINK ? undefined : link;
}

export type LinkedDraft =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'draft'; readonly content: Content };

/** Reads the part of an address from its `#` on. */
export async function linkedDraft(hash: string): Promise<LinkedDraft> {
  if (!hash.startsWith(MARK)) return { kind: 'none' };
  try {
    const packed = Uint8Array.from(atob(plainBase64(hash.slice(MARK.length))), (letter) =>
      letter.charCodeAt(0),
    );
    const bytes = await bytesOf(streamOf(packed).pipeThrough(new DecompressionStream('deflate-raw')));
    const content = bytes && contentIn(asJson(readJson(new TextDecoder().decode(bytes))));
    return content === undefined ? { kind: 'unreadable' } : { kind: 'draft', content };
  } catch {
    return { kind: 'unreadable' };
  }
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes]).stream();
}

/** Undefined if there is more than is wanted, which is not read to its end. */
async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_UNPACKED) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function base64url(bytes: Uint8Array): string {
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function plainBase64(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/');
}

/** Undefined for what no console has written. */
function contentIn(value: JsonValue): Content | undefined {
  if (!isObject(value)) return undefined;
  const { template, messages, note = '' } = value;
  const isWhole =
    typeof template === 'string' &&
    typeof note === 'string' &&
    (messages === undefined || (isList(messages) && messages.every(isEntry)));
  return isWhole ? contentOf(value as JsonObject & VersionContent) : undefined;
}

function isEntry(entry: JsonValue): boolean {
  if (!isObject(entry)) return false;
  const { placeholder, template, parts } = entry;
  if (parts !== undefined) return isList(parts) && parts.every(isPart);
  return typeof (placeholder ?? template) === 'string';
}

function isPart(part: JsonValue): boolean {
  if (!isObject(part)) return false;
  const { type, template, url, media_type: media } = part;
  if (type === 'text') return typeof template === 'string';
  return type === 'media' && typeof url === 'string' && (media === undefined || typeof media === 'string');
}
