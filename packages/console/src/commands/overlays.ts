/** The palette and the help sheet, loaded when first opened. */
import { lazy } from 'react';

export const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
export const HelpSheet = lazy(async () => ({ default: (await import('./help-sheet.tsx')).HelpSheet }));
