export { SANDBOX_TOKEN, simulateNemo } from './simulation.ts';
export type { NemoJobOptions, NemoSandboxOptions as NemoOptions, NemoSimulation, PartChange } from './simulation.ts';
export type { NemoDialect } from './dialect.ts';
export type { NemoStatus } from './state.ts';
