export { HeavyWork, LONG_WAIT_MS, SHORT_WAIT_MS, sayingInstead } from './heavy-work.ts';
