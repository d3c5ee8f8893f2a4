/** The set-up that test files of the command share: a configuration folder, and a `Network` that takes the place of `fetch`. */
import { rm } from 'node:fs/promises';
import { temporaryFolder } from '@px0/testing';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { Network } from './command.ts';

/** Valid in hooks and tests of the file that called `stubNetwork`. */
export interface StubbedNetwork {
  /** Empty at first; shared by all tests of the file. */
  readonly folder: string;
  /** What the commands of the current test have sent. */
  readonly sent: Network['sent'];
  /** Replaces the network of the current test by one that answers like this. */
  answer(...how: ConstructorParameters<typeof Network>): void;
}

/** Registers the hooks; call it once, at the top of a test file. `name` is part of the folder's name. */
export function stubNetwork(name: string): StubbedNetwork {
  let folder = '';
  let network = new Network();
  const answer: StubbedNetwork['answer'] = (...how) => {
    network = new Network(...how);
    vi.stubGlobal('fetch', network.fetch);
  };
  beforeAll(async () => {
    folder = await temporaryFolder(name);
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => answer());
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  return {
    get folder() {
      return folder;
    },
    get sent() {
      return network.sent;
    },
    answer,
  };
}
