export { HeavyWork, LONG_WAIT_MS, SHORT_WAIT_MS } from './heavy-work.ts';
