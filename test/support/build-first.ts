import { build } from './folders.ts';

/** Runs once before all tests: some of them start the command as it is built. */
export const setup = build;
