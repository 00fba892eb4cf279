import fc from 'fast-check';

/**
 * Runs in every test file. A law draws new cases in each run, so that over time it sees more than one run can. CI draws
 * the same ones each time: whether a change is merged must not depend on luck. `LAW_SEED` chooses other ones.
 */
const CI_SEED = 20_261_129;

const chosen = process.env['LAW_SEED'];
if (chosen !== undefined && !/^-?\d+$/.test(chosen)) throw new Error('LAW_SEED must be a whole number.');
const seed = chosen !== undefined ? Number(chosen) : process.env['CI'] === 'true' ? CI_SEED : undefined;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
