import assert from 'node:assert/strict';
import process from 'node:process';
import { createCall } from '../../domain/call.ts';
import type { Federation, LogArguments, LogNode, PageInfo, SourceFailure } from '../../federation/api.ts';
import { createFederation } from '../../federation/create-federation.ts';
import { openSources } from '../open-sources.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Environment } from '../../config/environment.ts';
import { closeSources, connectSources } from '../../config/sources.ts';
import type { Clock } from '../../http/policy/clock.ts';
import type { TributaryConfig } from '../config.ts';

/** One law: `check` rejects with an `AssertionError` that says what is wrong. For any test runner. */
export interface Law {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** The source that the laws check. */
export interface SourceUnderTest {
  /** The content of `tributary.yaml`, or the path of such a file. */
  readonly config: TributaryConfig | string;
  /** The name of the source in it. */
  readonly source: string;
  /** A job that has lines. During the test, only `write` adds lines to it. */
  readonly job: string;
  /** A well-formed key of a job that does not exist. */
  readonly unknownJob: string;
  /** All lines of the job's log, in any order, if they are known. */
  readonly lines?: readonly KnownLine[];
  /** Adds lines to the job, if that is possible; called between two pages of a walk. */
  readonly write?: () => Promise<void> | void;
  /** The variables for `${NAME}` in the configuration. Default: the environment of the process. */
  readonly environment?: Environment;
  /** Base of relative paths. Default: the working directory. */
  readonly folder?: string;
  /** The service behind it, for the laws of failures. Left out: they are not held. */
  readonly service?: ServiceUnderTest;
}

/** A service that the laws of failures stand in front of. */
export interface ServiceUnderTest {
  /** Where it listens: the origin of the source's `baseUrl`, such as `http://127.0.0.1:4100`. */
  readonly address: string;
  /** What differs if the source asks at another address: its configuration, or the variables in it. */
  readonly at: (address: string) => Pick<Partial<SourceUnderTest>, 'config' | 'environment'>;
}

/** A source as a law reads it. */
export interface SourceInLaw extends SourceUnderTest {
  /** Default: that of the system. */
  readonly clock?: Pick<Clock, 'now' | 'sleep'>;
}

export interface KnownLine {
  /** RFC 3339, as the source writes it or with fewer trailing zeros. */
  readonly timestamp: string;
  readonly message: string;
}

/** What a law works with. */
interface Started {
  readonly federation: Federation;
}

/** Loaded once; each test makes its own sources from it. */
const configurations = new WeakMap<SourceUnderTest, Promise<Configuration>>();

async function configurationOf(under: SourceUnderTest): Promise<Configuration> {
  const { config, environment = process.env, folder = process.cwd() } = under;
  const opened = await openSources({ config }, { environment, folder });
  await opened.close();
  assert.ok(!opened.sandboxed, 'the configuration has no sources');
  return opened.configuration;
}

/** Runs `ask` with a federation that has just started and knows only its configuration, and then stops it. */
export async function onStart<T>(under: SourceInLaw, ask: (started: Started) => Promise<T>): Promise<T> {
  const configuration = configurations.get(under) ?? configurationOf(under);
  configurations.set(under, configuration);
  const sources = connectSources(await configuration, under.clock);
  const federation = createFederation(sources);
  try {
    return await ask({ federation });
  } finally {
    await federation.close();
    await closeSources(sources);
  }
}

export interface Way {
  readonly size: number;
  readonly back: boolean;
  readonly descending?: boolean;
  readonly filter?: LogArguments['filter'];
}

/** Upper bound on pages per walk; a longer walk is treated as endless. */
const MOST_PAGES = 10_000;

/** A page of a log, in the order of the connection. */
export interface WalkedPage {
  readonly nodes: readonly LogNode[];
  readonly info: PageInfo;
  readonly failures: readonly SourceFailure[];
}

/** One page, read by a federation that has just started. */
export async function readPage(under: SourceInLaw, args: LogArguments): Promise<WalkedPage> {
  const { source, job } = under;
  return onStart(under, async ({ federation }) => {
    const connection = federation.logs([{ source, scope: { job } }], { ...args, listFailures: true }, createCall());
    const nodes = await connection.nodes();
    return { nodes, info: await connection.pageInfo(), failures: await connection.failures() };
  });
}

async function readWholePage(under: SourceInLaw, args: LogArguments): Promise<WalkedPage> {
  const page = await readPage(under, args);
  assert.deepEqual(page.failures, [], 'a page names failures');
  return page;
}

/** A log page by page, each read by a federation that has just started. In the order of the connection. */
export async function walk(
  under: SourceInLaw,
  { size, back, descending = false, filter }: Way,
  between: () => Promise<void> | void = () => undefined,
  read = readWholePage,
): Promise<readonly LogNode[]> {
  const lines: LogNode[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const place: LogArguments = back ? { last: size, before: cursor } : { first: size, after: cursor };
    const { nodes, info }: WalkedPage = await read(under, { ...place, descending, filter });
    assert.ok(nodes.length <= size, `a page of ${size} has ${nodes.length} lines`);
    if (back) lines.unshift(...nodes);
    else lines.push(...nodes);
    const next: string | null = back ? info.startCursor : info.endCursor;
    if (!(back ? info.hasPreviousPage : info.hasNextPage)) return lines;
    assert.ok(next !== null && next !== cursor, 'a page promises another one and its cursor leads nowhere');
    cursor = next;
    await between();
  }
  throw new assert.AssertionError({ message: `a walk by pages of ${size} does not end` });
}

/** The whole log, oldest first. */
export async function whole(under: SourceInLaw): Promise<readonly LogNode[]> {
  return walk(under, { size: 1_000, back: false });
}

export function idsOf(lines: readonly LogNode[]): readonly string[] {
  return lines.map(({ id }) => id);
}
