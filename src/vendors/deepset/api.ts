import type { Call } from '../../domain/call.ts';
import type { HttpReply, SourceHttp } from '../../http/client.ts';
import type { PipelinePlace } from './keys.ts';
import { pipeline, pipelineLogs, pipelines } from './wire.ts';
import type { WireList, WirePipeline, WirePipelineLogs } from './wire.ts';

/** The API calls, with decoded answers. */

const ROUTE = '/api/v1/workspaces/{workspace}/pipelines';

/** The path of a pipeline. Version 1 of the API addresses pipelines by name, and a name may contain any character. */
function pathOf({ workspace, name }: PipelinePlace): readonly string[] {
  return [...listPath(workspace), name];
}

function listPath(workspace: string): readonly string[] {
  return ['api', 'v1', 'workspaces', workspace, 'pipelines'];
}

export async function readPipeline(http: SourceHttp, place: PipelinePlace, call: Call): Promise<WirePipeline> {
  const request = {
    method: 'GET',
    path: pathOf(place),
    route: `${ROUTE}/{pipeline}`,
    headers: { accept: 'application/json' },
  } as const;
  return (await http.json(request, pipeline, call)).data;
}

/** Fetches a native page of one workspace. `page` counts from 0, the vendor from 1. */
export async function listPipelines(
  http: SourceHttp,
  workspace: string,
  page: number,
  limit: number,
  call: Call,
): Promise<WireList<WirePipeline>> {
  const request = {
    method: 'GET',
    path: listPath(workspace),
    route: ROUTE,
    query: { limit, page_number: page + 1 },
    headers: { accept: 'application/json' },
  } as const;
  return (await http.json(request, pipelines, call)).data;
}

export interface LogsQuery {
  readonly filter: string | undefined;
  readonly limit: number;
  readonly after: string | undefined;
  readonly order: 'ASC' | 'DESC';
}

/** `cutsStrings`: cut strings if the answer is too large, instead of failing. */
export function readLogs(
  http: SourceHttp,
  place: PipelinePlace,
  query: LogsQuery,
  cutsStrings: boolean,
  call: Call,
): Promise<HttpReply<WirePipelineLogs>> {
  // Exactly this type: CSV is the alternative, and the effect of a list of types is not documented.
  const headers = { accept: 'application/json' };
  const request = {
    method: 'GET',
    path: [...pathOf(place), 'logs'],
    route: `${ROUTE}/{pipeline}/logs`,
    query: { ...query },
    headers,
    cutsStrings,
  } as const;
  return http.json(request, pipelineLogs, call);
}
