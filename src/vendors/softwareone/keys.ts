const TASK_ID = /^TSK-[0-9A-Za-z](?:[0-9A-Za-z-]{0,98}[0-9A-Za-z])?$/;

/** True for the form of a task's id (`TSK-0014-3792-0694-1776`). Other keys are never requested. */
export function isTaskId(key: string): boolean {
  return TASK_ID.test(key);
}
