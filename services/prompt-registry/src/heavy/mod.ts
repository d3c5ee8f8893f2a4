export { HeavyWork, SHORT_WAIT_MS } from './heavy-work.ts';
