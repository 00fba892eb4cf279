/** The seed that CI has for laws, too. `LAW_SEED` chooses another one. */
const SEED = Number(process.env['LAW_SEED'] ?? 20_261_129);

/** Whole numbers from 0 to below a bound that look like chance, and are the same in each run: luck decides nothing. */
export function chance(): (below: number) => number {
  let state = (Math.abs(SEED) % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
