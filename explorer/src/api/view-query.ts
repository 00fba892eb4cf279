/** What the page shows, as a query that a person can read, run and change. Values stand in it: it needs no variables. */
import type { LogFilter } from '../graphql/generated/graphql.ts';

/** Values of these are names of an enumeration, not texts. */
const NAMES: ReadonlySet<string> = new Set(['minSeverity', 'severityIn']);

export function viewQuery(jobs: readonly string[], filter: LogFilter): string {
  const fields = Object.entries(filter).map(([name, value]) => `\n      ${name}: ${literal(value, NAMES.has(name))}`);
  const narrowed = fields.length === 0 ? '' : `\n    filter: {${fields.join('')}\n    }`;
  return `query ThisView {
  logs(
    jobs: [${jobs.map((id) => `\n      ${literal(id, false)}`).join('')}
    ]${narrowed}
    last: 50
  ) {
    nodes {
      timestamp
      severity
      message
      stepName
      taskName
      attemptNumber
      job {
        name
      }
    }
    pageInfo {
      hasPreviousPage
      startCursor
    }
    isComplete
    failures {
      source
      message
    }
  }
}
`;
}

function literal(value: unknown, isName: boolean): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, isName)).join(', ')}]`;
  return isName ? String(value) : JSON.stringify(value);
}
