import type { Bed } from '../bed.ts';
import { byteNiteBed } from './bytenite.ts';
import { deepsetBed } from './deepset.ts';
import { nemoBed } from './nemo.ts';
import { restBed } from './rest.ts';
import { sapBed } from './sap-job-scheduling.ts';
import { softwareOneBed } from './softwareone.ts';

/** Every vendor's bed. A new vendor is one file here and one line below. */
export const BEDS: readonly Bed[] = [nemoBed, sapBed, byteNiteBed, softwareOneBed, deepsetBed, restBed];
