/** Upper bounds of the buckets of duration histograms, in seconds. */
export const SECONDS: number[] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
