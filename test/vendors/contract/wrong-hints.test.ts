import { BEDS } from './beds/index.ts';
import { hintsMayBeWrong } from './wrong-hints.ts';

for (const bed of BEDS) if (Object.keys(bed.doubtful).length > 0) hintsMayBeWrong(bed);
