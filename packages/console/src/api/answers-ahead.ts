/** The answers that `public/start.js` asked for while the scripts were loading. */

declare global {
  interface Window {
    /** By address, for the session whose token they hold. Each counts once. */
    px0Ahead?: { readonly token: string; readonly answers: Map<string, Promise<Response>> };
  }
}

/** What the page has not asked for by then, it may ask for much later. */
const LIFETIME_MS = 10_000;

/** Undefined if it was not asked for, or not exactly so. */
export function answerAhead(url: string, { method, headers }: RequestInit): Promise<Response> | undefined {
  const { px0Ahead: ahead } = window;
  if (ahead === undefined || method !== 'GET' || performance.now() > LIFETIME_MS) return undefined;
  const sent = new Headers(headers);
  const isSame = sent.get('authorization') === `Bearer ${ahead.token}` && !sent.has('px0-min-revision');
  if (!isSame) return undefined;
  const answer = ahead.answers.get(url);
  ahead.answers.delete(url);
  return answer;
}
