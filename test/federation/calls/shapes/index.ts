import type { Shape } from '../shape.ts';
import { CONTEXT } from './context.ts';
import { COUNTS } from './counts.ts';
import { FILTERS } from './filters.ts';
import { JOBS } from './jobs.ts';
import { MERGED } from './merged.ts';
import { PAGES } from './pages.ts';
import { WINDOWS } from './windows.ts';

/** All shapes, in the order of the table. */
export const SHAPES: readonly Shape[] = [...PAGES, ...COUNTS, ...WINDOWS, ...CONTEXT, ...JOBS, ...FILTERS, ...MERGED];
