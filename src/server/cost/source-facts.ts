import type { SourceInfo } from '../../federation/api.ts';
import type { SourceFacts } from './estimate.ts';

/** Lines that one call is assumed to return if a source has no pages, or if there is no source. */
const WHOLE_LOG = 1_000;

/** The facts for the estimate. It treats every call as a call to the source with the smallest pages. */
export function sourceFacts(sources: readonly Pick<SourceInfo, 'capabilities'>[]): SourceFacts {
  const pages = sources.map(({ capabilities }) => capabilities.maxPageSize ?? WHOLE_LOG);
  return { count: sources.length, logPage: Math.min(WHOLE_LOG, ...pages) };
}
