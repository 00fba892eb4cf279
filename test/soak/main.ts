/**
 * `npm run soak`: ten minutes of everything at once. `--minutes=N`, `--listeners=N` and `--seed=N` for another run. Prints
 * figures, and fails when a line was lost, memory or handles grow, or anything was answered that is not documented.
 */
import { parseArgs } from 'node:util';
import { complaints, figures } from './report.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    listeners: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [minutes, listeners, seed] = [values.minutes, values.listeners, values.seed].map(Number);
if (!(minutes! > 0 && listeners! > 0 && Number.isInteger(seed))) throw new Error('Each option wants a number.');

const begun = performance.now();
const report = await soak({
  milliseconds: minutes! * 60_000,
  listeners: listeners!,
  seed: seed!,
  onProgress(what) {
    process.stderr.write(`${Math.round((performance.now() - begun) / 1_000)} s: ${what}\n`);
  },
});
const found = complaints(report);
console.log(figures(report));
for (const complaint of found) console.log(`WRONG: ${complaint}`);
// Connections of clients are kept alive for a while.
process.exit(found.length === 0 ? 0 : 1);
