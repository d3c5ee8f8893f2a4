export { HelpSheet, Palette } from './overlays.ts';
export { type Command, type CommandSource, useCommandSource, useCommands } from './registry.ts';
export { useShortcutKeys } from './shortcuts.ts';
export { useListKeys } from './use-list-keys.ts';
