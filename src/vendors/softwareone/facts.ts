import type { Ladder } from '../../pagination/core/ladder.ts';

/** The collection of tasks, below the base URL. */
export const TASKS: readonly string[] = ['public', 'v1', 'system', 'tasks'];
export const TASKS_ROUTE = '/public/v1/system/tasks';

/** The vendor's largest page; more is cut to it without a word. */
export const LARGEST_PAGE = 100;

/** Sizes of the first page of a read below that; 40 is for the 20 lines that clients ask for by default. */
export const LADDER: Ladder = { sizes: [25, 40, 60, 80], ahead: 20 };
