export { chores } from './chores.ts';
