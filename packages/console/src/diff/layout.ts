/** How a diff is laid out: both texts beside each other, or as one. */
export type DiffLayout = 'split' | 'unified';
