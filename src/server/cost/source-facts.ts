import type { SourceInfo } from '../../federation/api.ts';
import type { SourceFacts } from './estimate.ts';

/** Lines that one call brings where there are no pages, or no source at all. */
const WHOLE_LOG = 1_000;

/** The sources as the estimate sees them: it takes each call for one of the source with the smallest pages. */
export function sourceFacts(sources: readonly Pick<SourceInfo, 'capabilities'>[]): SourceFacts {
  const pages = sources.map(({ capabilities }) => capabilities.maxPageSize ?? WHOLE_LOG);
  return { count: sources.length, logPage: Math.min(WHOLE_LOG, ...pages) };
}
