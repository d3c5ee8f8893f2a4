/** Loaded together, by `../popups.ts` only. */
export { Bubble } from './bubble.tsx';
export { OpenedConfirmDialog } from './confirm-dialog.tsx';
export { OpenedDialog } from './dialog.tsx';
export { OpenedDrawer } from './drawer.tsx';
export { MenuChoice, MenuItem, MenuLabel, MenuSeparator, OpenedMenu } from './menu.tsx';
export { OpenedSelect } from './select.tsx';
