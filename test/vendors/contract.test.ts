import { expect, test } from 'vitest';
import { VENDORS } from '../../src/vendors/index.ts';
import { connectorContract } from '../connector-contract.ts';
import { BEDS } from './contract/beds/index.ts';

test('every vendor keeps the contract', () => {
  expect(BEDS.map(({ definition }) => definition)).toEqual(VENDORS);
});

for (const bed of BEDS) connectorContract(bed);
