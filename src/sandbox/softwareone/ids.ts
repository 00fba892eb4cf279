/**
 * Ids that look like the vendor's: digits in groups of four that do not reveal the age. A counter is multiplied by a
 * number coprime to the range, so that ids are unique.
 */

const TASK_RANGE = 1_000_000_000_000n;
const LOG_RANGE = 9_000_000_000_000_000n;

/** `TSK-0014-` and twelve digits. */
export function taskId(count: number): string {
  return `TSK-0014-${grouped(((BigInt(count) * 730_190_635_177n) % TASK_RANGE).toString().padStart(12, '0'))}`;
}

/** `TLR-` and sixteen digits, of which the first is never 9. */
export function writtenLogId(count: number): string {
  return `TLR-${grouped(((BigInt(count) * 5_562_305_898_749_053n) % LOG_RANGE).toString().padStart(16, '0'))}`;
}

/** The id of a computed line: starts with 9 and increases with the index. `task` is the task's number. */
export function computedLogId(task: number, index: number): string {
  return `TLR-${grouped(`9${String(task % 10_000).padStart(4, '0')}${String(index).padStart(11, '0')}`)}`;
}

function grouped(digits: string): string {
  return digits.replace(/(\d{4})(?=\d)/g, '$1-');
}
