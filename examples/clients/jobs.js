import process from 'node:process';

/** Prints the ids of a finished job and of a running one: what the programs of the clients take. */
const [url] = process.argv.slice(2);

const query = `{
  finished: jobs(filter: { statusIn: [SUCCEEDED] }, first: 1) { nodes { id } }
  running: jobs(filter: { statusIn: [RUNNING] }, first: 1) { nodes { id } }
}`;
const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
});
const { data, errors } = await response.json();
if (errors) throw new Error(errors[0].message);
const [finished] = data.finished.nodes;
if (finished === undefined) throw new Error('No job is finished yet.');
console.log(finished.id, (data.running.nodes[0] ?? finished).id);
