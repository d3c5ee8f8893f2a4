export { cleanup } from './cleanup.ts';
