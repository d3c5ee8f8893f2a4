/** The console's stories. They share one platform and one browser. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { accountStories } from './account-stories.ts';
import { chatStories } from './chat-stories.ts';
import { ConsoleHarness } from './console-harness.ts';
import { contractStories } from './contract-stories.ts';
import { docsStories } from './docs-stories.ts';
import { frameStories } from './frame-stories.ts';
import { governanceStories } from './governance-stories.ts';
import { listStories } from './list-stories.ts';
import { promptHistoryStories } from './prompt-history-stories.ts';
import { promptStories } from './prompt-stories.ts';
import { reviewStories } from './review-stories.ts';
import { schemaStories } from './schema-stories.ts';
import { serviceStories } from './service-stories.ts';

let harness: ConsoleHarness | undefined;

// On a machine without Chromium, installs it first.
beforeAll(async () => {
  harness = await ConsoleHarness.start();
}, 600_000);
afterEach(async () => {
  await harness?.finish();
});
afterAll(async () => {
  await harness?.stop();
});

function started(): ConsoleHarness {
  if (harness === undefined) throw new Error('the console has not started');
  return harness;
}

accountStories(started);
governanceStories(started);
promptStories(started);
promptHistoryStories(started);
chatStories(started);
schemaStories(started);
contractStories(started);
reviewStories(started);
serviceStories(started);
listStories(started);
docsStories(started);
frameStories(started);
