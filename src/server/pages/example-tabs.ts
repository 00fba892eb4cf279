/** The queries that GraphiQL opens with. */

export interface ExampleTab {
  readonly query: string;
  readonly variables?: string;
}

const SOURCES = `# Every source, what its vendor can do, and its latest
# jobs. Press the play button.
query Sources {
  sources {
    name
    vendor
    capabilities {
      attempts steps tasks
      nativePagination maxPageSize
      totalCount pushdown
    }
    jobs(first: 3) {
      nodes {
        id key name status nativeStatus
        startedAt finishedAt
      }
    }
  }
}
`;

const EVERYTHING = `# Jobs with their parts and their first lines,
# from all sources at once.
query JobsWithLogs($lines: Int = 20) {
  sources {
    name
    jobs(first: 5) {
      nodes {
        name
        status
        attempts { nodes { key number status } }
        steps { nodes { key name status } }
        tasks { nodes { key name status } }
        logs(first: $lines) {
          nodes {
            timestamp
            severity
            message
            stepName
            taskName
          }
          pageInfo { hasNextPage endCursor }
          failures { code message retryAfterSeconds }
        }
      }
    }
  }
}
`;

const MERGED = `# Lines of several jobs, of any vendors, merged in time
# order. Page with \`after: endCursor\`.
query Merged($jobs: [ID!]!, $after: String) {
  logs(
    jobs: $jobs
    first: 50
    after: $after
    filter: { minSeverity: INFO }
  ) {
    edges {
      cursor
      node {
        timestamp
        severity
        severityText
        job { key source { name } }
        message(maxLength: 400)
        messageTruncated(maxLength: 400)
      }
    }
    pageInfo { hasNextPage endCursor }
    failures { source code message }
  }
}
`;

const TAIL = `# The last ten lines, then new ones as they come.
# Resume after a break with \`after: cursor\`.
subscription Tail($jobs: [ID!]!) {
  logEntries(jobs: $jobs, tail: 10) {
    __typename
    ... on LogBatch {
      edges {
        late
        node { timestamp severity message }
      }
      dropped { count reason }
      cursor
    }
    ... on LogStreamStatus { state lagSeconds }
    ... on LogStreamEnd { reason cursor }
  }
}
`;

/** The example tabs. Examples about jobs use these ids, preferably of running jobs. */
export function exampleTabs(jobs: readonly string[]): readonly ExampleTab[] {
  return [
    { query: SOURCES },
    { query: EVERYTHING },
    { query: MERGED, variables: JSON.stringify({ jobs }, null, 2) },
    { query: TAIL, variables: JSON.stringify({ jobs: jobs.slice(0, 1) }, null, 2) },
  ];
}
