import { eventsIn } from './events.ts';
import type { Graph } from './graph.ts';
import { ServiceHttp } from './http.ts';
import { idsOf } from './job-ids.ts';
import type { ServiceAddress } from './service-address.ts';
import { ConnectionLost, ServiceError } from './service-error.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import { readEnd } from '../../export/read-end.ts';

const ANSWER = 'application/graphql-response+json, application/json';

/** The graph of a running service: queries and exports over HTTP, subscriptions as server-sent events. */
export function graphAt(address: ServiceAddress, signal: AbortSignal): Graph {
  const http = new ServiceHttp(address, signal);

  const graph: Graph = {
    goesOn: true,
    async run(document, variables) {
      const response = await http.post('graphql', { query: document.toString(), variables }, ANSWER);
      // The typed document determines the type of its answer, and the service has validated the document.
      return (await http.dataOf(response)) as never;
    },
    async *subscribe(document, variables) {
      const response = await http.post('graphql', { query: document.toString(), variables }, 'text/event-stream');
      if (!isEvents(response)) {
        await http.dataOf(response);
        throw new ServiceError('The service answers a subscription without a stream.');
      }
      for await (const { name, data } of eventsIn(http.textOf(response))) {
        if (name === 'complete') return;
        if (name === 'next') yield http.valueOf(JSON.parse(data)) as never;
      }
      throw http.lost();
    },
    async *exportLogs({ jobs, filter, format, after }) {
      const question = { jobs: await idsOf(jobs, graph), filter, format, after };
      const response = await http.post('export', question, '*/*');
      if (!isFile(response)) {
        await http.dataOf(response);
        throw new ServiceError('The service answers an export without a file.');
      }
      let line = '';
      let given = '';
      try {
        for await (const part of http.textOf(response)) {
          // Hold the last line back: it may be the final status line.
          const text = line + part;
          const start = text.lastIndexOf('\n', text.length - 2) + 1;
          line = text.slice(start);
          if (start === 0) continue;
          given = text.slice(0, start);
          yield given;
        }
      } catch (error) {
        if (error instanceof ConnectionLost || signal.aborted) throw cutOff(error, format, given);
        throw error;
      }
      const end = readEnd(format, line);
      if (end === null) throw cutOff(http.lost(), format, given);
      return end;
    },
  };
  return graph;
}

function isEvents({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

function isFile({ status, headers }: Response): boolean {
  return status === 200 && headers.has('content-disposition');
}

/** The error of an interrupted export. Names the last id to resume from, if the format contains ids. */
function cutOff(error: unknown, format: ExportFormatName, given: string): ServiceError {
  const message = error instanceof ServiceError ? error.message : 'The export was stopped.';
  const last = given.slice(given.lastIndexOf('\n', given.length - 2) + 1);
  const id = format === 'ndjson' && last !== '' ? idIn(last) : null;
  return new ServiceError(id === null ? message : `${message} Go on with --after ${id}`);
}

/** The id of a line, which an export accepts as a cursor. */
function idIn(line: string): string | null {
  const record: unknown = JSON.parse(line);
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : null;
  return typeof id === 'string' ? id : null;
}
