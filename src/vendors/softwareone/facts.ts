/** The collection of tasks, below the base URL. */
export const TASKS: readonly string[] = ['public', 'v1', 'system', 'tasks'];
export const TASKS_ROUTE = '/public/v1/system/tasks';

/** The vendor's largest page; more is cut to it without a word. */
export const LARGEST_PAGE = 100;
