/** Stories that cross services, told through the gateway to five real processes. One start of the platform serves them all. */
import { startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll } from 'vitest';
import { chatStories } from './chats.ts';
import { credentialStories } from './credentials.ts';
import { deletionStories } from './deletions.ts';
import { editingStories } from './editing.ts';
import { keyStories } from './keys.ts';
import { membershipStories } from './memberships.ts';
import { wireStories } from './wire.ts';

let platform: TestPlatform | undefined;
let world: World | undefined;

beforeAll(async () => {
  platform = await startTestPlatform();
  world = new World(platform);
});
afterAll(async () => {
  await platform?.stop();
});

function started(): World {
  if (world === undefined) throw new Error('the platform has not started');
  return world;
}

membershipStories(started);
deletionStories(started);
credentialStories(started);
keyStories(started);
editingStories(started);
chatStories(started);
wireStories(started);
