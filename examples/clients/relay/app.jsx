import { useMemo } from 'react';
import {
  graphql,
  RelayEnvironmentProvider,
  useLazyLoadQuery,
  usePaginationFragment,
  useSubscription,
} from 'react-relay';
import { ConnectionHandler } from 'relay-runtime';

/**
 * The log of a job. `from` is where it opens: `{ first: 20 }` at its beginning, `{ last: 20 }` at its end. `onEnd` is called when no
 * new lines can come.
 */
export function App({ environment, job, from, follow, onEnd }) {
  return (
    <RelayEnvironmentProvider environment={environment}>
      <JobLog job={job} from={from} follow={follow} onEnd={onEnd} />
    </RelayEnvironmentProvider>
  );
}

function JobLog({ job, from, follow, onEnd }) {
  const data = useLazyLoadQuery(
    graphql`
      query appJobQuery($job: ID!, $first: Int, $last: Int) {
        node(id: $job) {
          ...appLines_job @arguments(first: $first, last: $last) @alias(as: "job")
        }
      }
    `,
    { job, ...from },
  );
  return <Lines job={data.node.job} follow={follow} onEnd={onEnd} />;
}

function Lines({ job, follow, onEnd }) {
  const { data, hasNext, hasPrevious, isLoadingNext, isLoadingPrevious, loadNext, loadPrevious } =
    usePaginationFragment(
      // No default for `first`: together with `last` it would be an error.
      graphql`
        fragment appLines_job on Job
        @refetchable(queryName: "appLinesQuery")
        @argumentDefinitions(
          first: { type: "Int" }
          after: { type: "String" }
          last: { type: "Int" }
          before: { type: "String" }
        ) {
          id
          logs(first: $first, after: $after, last: $last, before: $before)
            @connection(key: "appLines_logs", filters: []) {
            edges {
              node {
                id
                timestamp
                message
              }
            }
            pageInfo {
              endCursor
            }
          }
        }
      `,
      job,
    );
  const isBusy = isLoadingNext || isLoadingPrevious;
  const { edges, pageInfo } = data.logs;
  return (
    <>
      {hasPrevious ? <button id="previous" disabled={isBusy} onClick={() => loadPrevious(20)} /> : null}
      <ol>
        {edges.map(({ node }) => (
          <li key={node.id} id={node.id}>
            {node.message}
          </li>
        ))}
      </ol>
      {hasNext ? <button id="next" disabled={isBusy} onClick={() => loadNext(20)} /> : null}
      {follow && !hasNext && !isBusy ? <NewLines job={data.id} after={pageInfo.endCursor} onEnd={onEnd} /> : null}
    </>
  );
}

/** Follows the job from the end of what is shown, and puts what comes into the same connection. */
function NewLines({ job, after, onEnd }) {
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription appNewLinesSubscription($jobs: [ID!]!, $after: String) {
          logEntries(jobs: $jobs, after: $after) {
            __typename
            ... on LogBatch {
              edges {
                cursor
                node {
                  id
                  timestamp
                  message
                }
              }
            }
          }
        }
      `,
      // Where it began: a later `after` would make it a new subscription with each batch.
      variables: { jobs: [job], after },
      onCompleted: onEnd,
      updater(store) {
        const event = store.getRootField('logEntries');
        const lines = ConnectionHandler.getConnection(store.get(job), 'appLines_logs');
        if (event.getType() !== 'LogBatch' || lines == null) return;
        for (const edge of event.getLinkedRecords('edges')) {
          ConnectionHandler.insertEdgeAfter(lines, ConnectionHandler.buildConnectionEdge(store, lines, edge));
        }
      },
    }),

    [job],
  );
  useSubscription(config);
  return null;
}
