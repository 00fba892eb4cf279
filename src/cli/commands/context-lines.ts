import { LinesAroundDocument } from '../graph/generated/graphql.ts';
import type { LineRecordFragment, LinesAroundQuery } from '../graph/generated/graphql.ts';
import type { Graph } from '../graph/graph.ts';

type Lines = NonNullable<LinesAroundQuery['logContext']>;

/** Consecutive lines of the log. */
export interface Stretch {
  readonly lines: readonly LineRecordFragment[];
  /** True if it directly continues an earlier stretch. */
  readonly goesOn: boolean;
  readonly failures: Lines['failures'];
}

/** Lines whose context is requested in parallel. */
const AT_ONCE = 8;

/** Adds `count` lines of all the jobs before and after each line. Gives each line once, in order. */
export async function* withContext(
  lines: readonly LineRecordFragment[],
  count: number,
  jobs: readonly string[],
  graph: Graph,
): AsyncGenerator<Stretch, void, undefined> {
  const given = new Set<string>();
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    const around = await Promise.all(
      lines.slice(start, start + AT_ONCE).map(async ({ id }) => {
        // One line more than needed before, to see whether this stretch continues an earlier one.
        const variables = { id, jobs, before: count + 1, after: count };
        return { id, answer: (await graph.run(LinesAroundDocument, variables)).logContext };
      }),
    );
    for (const { id, answer } of around) {
      yield stretchOf(id, answer, count, given);
    }
  }
}

function stretchOf(id: string, answer: Lines | null, count: number, given: Set<string>): Stretch {
  const nodes = answer?.nodes ?? [];
  const place = nodes.findIndex((node) => node.id === id);
  const goesOn = nodes.some((node) => given.has(node.id));
  const lines = nodes.slice(Math.max(0, place - count)).filter((node) => !given.has(node.id));
  for (const line of lines) given.add(line.id);
  return { lines, goesOn, failures: answer?.failures ?? [] };
}
