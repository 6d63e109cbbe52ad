/** How a difference is laid out: old beside new, or one column. */
export type DiffStyle = 'split' | 'unified';
