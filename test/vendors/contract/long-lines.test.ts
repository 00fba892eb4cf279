import { BEDS } from './beds/index.ts';
import { longLinesHideNothing } from './long-lines.ts';

for (const bed of BEDS) longLinesHideNothing(bed);
