export { Sweeper, type SweeperOptions } from './sweeper.ts';
