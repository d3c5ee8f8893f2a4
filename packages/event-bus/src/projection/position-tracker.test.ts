import { expect, it } from 'vitest';
import { PositionTracker } from './position-tracker.ts';

/** A reader that has finished its start at sequence 10. */
function following(): PositionTracker {
  return new PositionTracker({ position: 10, reported: 10 });
}

it('without holes the report follows the position', () => {
  const tracker = following();
  expect(tracker.delivered(11)).toBe('nothing');
  expect(tracker.delivered(12)).toBe('nothing');
  expect(tracker.reported).toBe(12);
});

it('after a hole the report stands still until the sequence asked for is reached', () => {
  const tracker = following();
  expect(tracker.delivered(13)).toBe('ask');
  tracker.asked();
  expect(tracker.reported).toBe(10);
  expect(tracker.answered(15)).toBe('nothing');
  expect(tracker.delivered(14)).toBe('nothing');
  expect(tracker.reported).toBe(10);
  expect(tracker.delivered(15)).toBe('nothing');
  expect(tracker.reported).toBe(15);
});

it('an answer that is reached already ends the standstill', () => {
  const tracker = following();
  tracker.delivered(13);
  tracker.asked();
  expect(tracker.answered(13)).toBe('nothing');
  expect(tracker.reported).toBe(13);
});

it('a hole after the question was sent causes one more', () => {
  const tracker = following();
  tracker.delivered(13);
  tracker.asked();
  tracker.delivered(16);
  expect(tracker.answered(16)).toBe('ask');
  expect(tracker.reported).toBe(10);
  tracker.asked();
  expect(tracker.answered(16)).toBe('nothing');
  expect(tracker.reported).toBe(16);
});

it('a repeat changes nothing', () => {
  const tracker = following();
  tracker.delivered(11);
  expect(tracker.delivered(9)).toBe('nothing');
  expect(tracker.delivered(11)).toBe('nothing');
  expect(tracker.position).toBe(11);
  expect(tracker.delivered(12)).toBe('nothing');
  expect(tracker.reported).toBe(12);
});

it('a failed question is wanted again', () => {
  const tracker = following();
  tracker.delivered(13);
  tracker.asked();
  expect(tracker.wantsAnswer).toBe(false);
  tracker.failed();
  expect(tracker.wantsAnswer).toBe(true);
});

it('a start asks twice and is caught up when the second answer is reached', () => {
  const tracker = new PositionTracker();
  expect(tracker.wantsAnswer).toBe(true);
  tracker.asked();
  tracker.delivered(4);
  expect(tracker.answered(9)).toBe('nothing');
  expect(tracker.delivered(9)).toBe('ask');
  expect(tracker.caughtUp).toBe(false);
  tracker.asked();
  expect(tracker.answered(9)).toBe('nothing');
  expect(tracker.caughtUp).toBe(true);
  expect(tracker.reported).toBe(9);
});

it('what an earlier reader held back is held back by the one that goes on', () => {
  const tracker = new PositionTracker({ position: 20, reported: 10 });
  expect(tracker.wantsAnswer).toBe(true);
  expect(tracker.reported).toBe(10);
});
