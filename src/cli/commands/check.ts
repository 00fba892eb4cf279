import { openSources } from '../../library/open-sources.ts';
import { explainSource } from '../explain/explain.ts';
import { whyNot } from '../explain/findings.ts';
import { SourcesHealthDocument } from '../graph/generated/graphql.ts';
import { graphAt } from '../graph/over-http.ts';
import { addressOf } from '../graph/service-address.ts';
import type { GraphOptions, ServiceAddress } from '../graph/service-address.ts';
import { Misuse } from '../options/misuse.ts';
import { formatOf } from '../show/output-choice.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { formatListing } from '../show/listing.ts';
import type { Column, ListingOptions } from '../show/listing.ts';
import { formatTable } from '../show/table.ts';
import { terminalJson } from '../../domain/terminal-text.ts';
import type { ConnectedSource } from '../../config/sources.ts';
import { createCall } from '../../domain/call.ts';
import { TributaryError, unknownSource } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** The result of one cheap request to a source. Null: the answer does not tell. */
export interface CheckResult {
  readonly source: string;
  readonly vendor: string;
  readonly reachable: boolean | null;
  readonly authorised: boolean | null;
  readonly jobs: number | null;
  /** Null: unknown. */
  readonly latencyMilliseconds: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface CheckOptions extends GraphOptions, ListingOptions {
  /** Names of sources; undefined: all. */
  readonly source?: readonly string[] | undefined;
  readonly explain?: boolean | undefined;
}

/** Checks all sources in parallel and prints the results. Fails if any source failed. */
export async function check(options: CheckOptions, surroundings: Surroundings): Promise<number> {
  const address = addressOf(options, surroundings);
  if (address !== null) return checkService(address, options, surroundings);
  const opened = await openSources(options, surroundings);
  try {
    const sources = chosen(opened.sources, options.source);
    const results = await Promise.all(sources.map(async (source) => checkSource(source, surroundings.stop)));
    if (options.explain === true) return await explain(sources, results, options, surroundings);
    await surroundings.print(formatResults(results, options, surroundings));
    return exitOf(results);
  } finally {
    await opened.close();
  }
}

/** Prints what a service knows about its sources. The service calls only sources without a recent answer. */
async function checkService(
  address: ServiceAddress,
  options: CheckOptions,
  surroundings: Surroundings,
): Promise<number> {
  if (options.explain === true)
    throw new Misuse('--explain reads the sources themselves: give --config, and no service.');
  const { sources } = await graphAt(address, surroundings.stop).run(SourcesHealthDocument, {});
  const results = chosen(sources, options.source).map(({ name, vendor, health }) => {
    const { code = null, message, latencyMilliseconds = null } = health ?? {};
    const latency = latencyMilliseconds === null ? null : Math.round(latencyMilliseconds);
    const judged =
      code === null
        ? { reachable: true, authorised: true, error: null }
        : { ...judgeCode(code, undefined), error: { code, message: message ?? '' } };
    return { source: name, vendor, ...judged, jobs: null, latencyMilliseconds: latency };
  });
  await surroundings.print(formatResults(results, options, surroundings));
  return exitOf(results);
}

function exitOf(results: readonly CheckResult[]): number {
  return results.every(({ error }) => error === null) ? EXIT.done : EXIT.failed;
}

function chosen<T extends { readonly name: string }>(
  sources: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  const known = sources.map(({ name }) => name);
  for (const name of names ?? []) if (!known.includes(name)) throw unknownSource(name, known);
  return sources.filter(({ name }) => names?.includes(name) ?? true);
}

async function explain(
  sources: readonly ConnectedSource[],
  results: readonly CheckResult[],
  options: CheckOptions,
  { print, stop }: Surroundings,
): Promise<number> {
  const explained = await Promise.all(
    sources.map(async (source) => ({
      source: source.name,
      findings: await explainSource(source, stop).catch((error: unknown) => whyNot(error)),
    })),
  );
  const text = explained
    .map(({ source, findings }) => `${source}\n${formatTable(['WHAT', 'FOUND'], findings)}`)
    .join('\n');
  await print(formatOf(options, { json: 'json' }) === 'json' ? `${terminalJson(explained, 2)}\n` : text);
  const hasFailed = explained.some(({ findings }) => findings.some(([what]) => what === 'failed'));
  return hasFailed ? EXIT.failed : exitOf(results);
}

/** Never throws for failures of the source. */
export async function checkSource(
  { name, vendor, connector }: Pick<ConnectedSource, 'name' | 'vendor' | 'connector'>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const started = performance.now();
  const latency = (): number => Math.round(performance.now() - started);
  try {
    const { jobs } = await connector.probe(createCall({ signal }));
    const found = { reachable: true, authorised: true, jobs, error: null };
    return { source: name, vendor, ...found, latencyMilliseconds: latency() };
  } catch (error) {
    return { source: name, vendor, ...judge(error), jobs: null, latencyMilliseconds: latency() };
  }
}

function judge(error: unknown): Pick<CheckResult, 'reachable' | 'authorised' | 'error'> {
  if (!(error instanceof TributaryError)) {
    const shown = { code: 'INTERNAL_SERVER_ERROR', message: 'an unexpected error; this is a fault of Tributary' };
    return { reachable: null, authorised: null, error: shown };
  }
  const { code, message, status } = error;
  return { ...judgeCode(code, status ?? null), error: { code, message } };
}

/** `status`: of the source's answer; null: no answer; undefined: unknown. */
function judgeCode(code: ErrorCode, status: number | null | undefined): Pick<CheckResult, 'reachable' | 'authorised'> {
  const refused = code === 'SOURCE_UNAUTHENTICATED' || code === 'SOURCE_FORBIDDEN';
  const silent = code === 'SOURCE_TIMEOUT' || code === 'SOURCE_UNAVAILABLE';
  return {
    reachable: !silent || typeof status === 'number' ? true : status === null ? false : null,
    authorised: refused ? false : null,
  };
}

const COLUMNS: readonly Column<CheckResult>[] = [
  { title: 'SOURCE', cell: ({ source }) => source },
  { title: 'VENDOR', cell: ({ vendor }) => vendor },
  { title: 'REACHABLE', cell: ({ reachable }) => answer(reachable) },
  { title: 'AUTHORISED', cell: ({ authorised }) => answer(authorised) },
  { title: 'LATENCY', cell: ({ latencyMilliseconds: time }) => (time === null ? '-' : `${time} ms`) },
  { title: 'FOUND', cell: ({ error, jobs }) => (error === null ? foundJobs(jobs) : `${error.code}: ${error.message}`) },
];

function formatResults(rows: readonly CheckResult[], options: CheckOptions, surroundings: Surroundings): string {
  return formatListing({ rows, columns: COLUMNS, record: (row) => row }, options, surroundings);
}

function answer(value: boolean | null): string {
  if (value === null) return '?';
  return value ? 'yes' : 'no';
}

function foundJobs(jobs: number | null): string {
  if (jobs === null) return 'answers';
  return jobs === 1 ? '1 job' : `${jobs} jobs`;
}
