/** The client and the session of this page. */
import { errorMessages, routeTable } from 'virtual:px0-contract';
import { answerAhead } from './answers-ahead.ts';
import { ApiClient } from './client.ts';
import { SessionStore } from './session.ts';

export const sessions = new SessionStore(localStorage);

export const api = new ApiClient({
  routeOf: (id) => routeTable[id],
  errorMessages,
  fetch: (url, init) => answerAhead(url, init) ?? fetch(url, init),
  token: () => sessions.session?.token,
  onRefusedToken: (token) => sessions.expire(token),
});
