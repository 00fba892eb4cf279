import { expect, test } from 'vitest';
import { parseFault } from '../../src/cli/options/fault.ts';

test.each([
  ['hang', { source: undefined, fault: { what: { do: 'hang' } } }],
  ['deepset:status=503@logs', { source: 'deepset', fault: { kinds: ['logs'], what: { do: 'status', status: 503 } } }],
  ['delay=2000x3', { source: undefined, fault: { times: 3, what: { do: 'delay', milliseconds: 2000 } } }],
  ['sap:cut=0.5@runs x1', { source: 'sap', fault: { kinds: ['runs'], times: 1, what: { do: 'cut', after: 0.5 } } }],
  ['reset', { source: undefined, fault: { what: { do: 'reset' } } }],
  ['malformed', { source: undefined, fault: { what: { do: 'malformed' } } }],
  ['drip=50', { source: undefined, fault: { what: { do: 'drip', milliseconds: 50 } } }],
  ['endless', { source: undefined, fault: { what: { do: 'endless' } } }],
  ['nobody:hang', null],
  ['status', null],
  ['status=9', null],
  ['hang=3', null],
  ['cut=2', null],
  ['', null],
])('"%s" means %j', (text, fault) => {
  expect(parseFault(text)).toEqual(fault);
});
