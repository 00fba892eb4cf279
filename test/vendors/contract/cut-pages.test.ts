import { BEDS } from './beds/index.ts';
import { pagesMayBeCutAndCountedAlone } from './cut-pages.ts';

for (const bed of BEDS) pagesMayBeCutAndCountedAlone(bed);
