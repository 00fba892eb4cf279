/** The package: what a program imports from `tributary`. */
export { createTributary } from './create-tributary.ts';
export type { CallerFacts, Tributary, TributaryOptions } from './create-tributary.ts';
export type { SourceConfig, TributaryConfig } from './config.ts';
export type { FetchFacts } from '../server/fetch.ts';
export { ConfigurationError } from '../config/problems.ts';
export { TributaryError } from '../domain/errors.ts';
export type { ErrorCode } from '../domain/errors.ts';
export type { Attempt, Job, JobRef, Step, Task } from '../domain/job.ts';
export type { LogEntry, LogScope } from '../domain/log-entry.ts';
export type { LogFilter } from '../domain/log-filter.ts';
export { schemaText, subgraphText } from './texts.ts';
export type * from '../federation/api.ts';
