import { connectorContract } from '../../connector-contract.ts';
import { actionsBed } from './beds/actions.ts';
import { pagesMayBeCutAndCountedAlone } from './cut-pages.ts';
import { largeRowsHideNothing } from './large-rows.ts';
import { longLinesHideNothing } from './long-lines.ts';
import { hintsMayBeWrong } from './wrong-hints.ts';

/** Every law of the built-in vendors over the example of a vendor that is written as a module. */
connectorContract(actionsBed);
hintsMayBeWrong(actionsBed);
pagesMayBeCutAndCountedAlone(actionsBed);
largeRowsHideNothing(actionsBed);
longLinesHideNothing(actionsBed);
