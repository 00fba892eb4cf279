/**
 * Options of an `LRUCache` that holds at most so many values. Its memory grows with what it holds: with `max` it takes the
 * memory of a full cache at once, which each source and each list would pay.
 */
export function atMost(values: number): { readonly maxSize: number; readonly sizeCalculation: () => number } {
  return { maxSize: values, sizeCalculation: one };
}

function one(): number {
  return 1;
}
