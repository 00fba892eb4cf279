import { BEDS } from './beds/index.ts';
import { largeRowsHideNothing } from './large-rows.ts';

for (const bed of BEDS) largeRowsHideNothing(bed);
