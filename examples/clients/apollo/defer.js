import process from 'node:process';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';

/** Shows jobs at once, and the last line of each when it is there. Prints how many jobs and lines it had each time. */
const [url] = process.argv.slice(2);
const client = new ApolloClient({
  link: new HttpLink({ uri: url }),
  cache: new InMemoryCache(),
  incrementalHandler: new Defer20220824Handler(),
});

const JOBS = gql`
  query JobsWithLastLines {
    jobs(sources: ["nemo"], first: 3) {
      nodes {
        id
        name
        ... @defer {
          logs(last: 1) {
            nodes {
              id
              message
            }
          }
        }
      }
    }
  }
`;

const states = [];
client.watchQuery({ query: JOBS }).subscribe(({ dataState, data }) => {
  const jobs = data?.jobs?.nodes ?? [];
  if (jobs.length > 0) states.push({ dataState, jobs: jobs.length, logs: jobs.filter(({ logs }) => logs).length });
  if (dataState !== 'complete') return;
  console.log(JSON.stringify(states));
  process.exit(0);
});
