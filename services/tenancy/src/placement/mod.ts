export { placement } from './placement.ts';
