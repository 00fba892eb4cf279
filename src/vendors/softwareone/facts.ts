import type { Ladder } from '../../pagination/core/ladder.ts';

/** The collection of tasks, below the base URL. */
export const TASKS: readonly string[] = ['public', 'v1', 'system', 'tasks'];
export const TASKS_ROUTE = '/public/v1/system/tasks';

/** The vendor's largest page; larger requests are cut to it silently. */
export const LARGEST_PAGE = 100;

/** Smaller sizes of the first page of a read. 40 serves the 20 lines that clients request by default. */
export const LADDER: Ladder = { sizes: [25, 40, 60, 80], ahead: 20 };
