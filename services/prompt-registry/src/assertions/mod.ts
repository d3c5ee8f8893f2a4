export { AssertionCheck, type GivenAssertions, givenBefore } from './assertion-check.ts';
export { AssertionThread } from './assertion-thread.ts';
