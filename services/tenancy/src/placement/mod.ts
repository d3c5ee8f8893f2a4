export { placeUser } from './placement.ts';
