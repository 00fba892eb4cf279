export const JOBS: readonly string[] = Array.from({ length: 25 }, (_, index) => `job-${index}`);
/** Twenty lines of a megabyte. */
export const LARGE_JOB = 'large';
export const LONG_LINE_BYTES = 1_000_000;
