export const widths = {
  sm: 'sm:max-w-md',
  md: 'sm:max-w-lg',
  lg: 'sm:max-w-3xl',
  xl: 'sm:max-w-6xl',
} as const;

export const overlayClasses = 'fixed inset-0 z-40 animate-fade-in bg-overlay';
