import { expect, it } from 'vitest';
import { folderTree, NO_FOLDER, openFolders, stepsTo, tidyFolder } from './folder-tree.ts';

const tree = folderTree([
  { path: '', prompts: 9 },
  { path: 'support', prompts: 1 },
  { path: 'support chat', prompts: 4 },
  { path: 'support/mail/angry', prompts: 2 },
]);

it('a folder counts what is below it, and stands before it', () => {
  expect(tree.map(({ path, name, depth, prompts }) => [path, name, depth, prompts])).toEqual([
    ['support', 'support', 0, 3],
    ['support/mail', 'mail', 1, 2],
    ['support/mail/angry', 'angry', 2, 2],
    ['support chat', 'support chat', 0, 4],
  ]);
});

it('only the way to the chosen folder is open', () => {
  const open = (chosen: string) => openFolders(tree, chosen).map(({ path }) => path);
  expect(open('')).toEqual(['support', 'support chat']);
  expect(open(NO_FOLDER)).toEqual(['support', 'support chat']);
  expect(open('support')).toEqual(['support', 'support/mail', 'support chat']);
  expect(open('support/mail')).toEqual(['support', 'support/mail', 'support/mail/angry', 'support chat']);
});

it('the way to a folder has each folder above it', () => {
  expect(stepsTo('a/b/c')).toEqual(['a', 'a/b', 'a/b/c']);
  expect(stepsTo('')).toEqual([]);
});

it('a typed path needs no care with slashes and spaces', () => {
  expect(tidyFolder(' / support / mail//')).toBe('support/mail');
  expect(tidyFolder(' / ')).toBe('');
});
