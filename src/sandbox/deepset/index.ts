import { FAR_FUTURE, jwtOf } from '../jwt.ts';
import type { SandboxReply, SandboxRequest, SandboxStatus, SimulatedVendor } from '../types.ts';
import { DEFAULT_DIALECT } from './dialect.ts';
import type { DeepsetDialect } from './dialect.ts';
import { answerLogs } from './logs-endpoint.ts';
import { PipelineLog } from './pipeline-log.ts';
import { answerPipelines } from './pipelines-endpoint.ts';
import { NATIVE_STATUS, uuidOf, wireOfPipeline } from './pipelines.ts';
import type { Pipeline } from './pipelines.ts';
import { recordOf } from './records.ts';
import type { DeepsetRecord } from './records.ts';
import { failure, htmlPage, InvalidParameter } from './replies.ts';

export type { DeepsetDialect } from './dialect.ts';
export type { DeepsetException, DeepsetRecord } from './records.ts';

export interface DeepsetOptions {
  /** The accepted key. */
  readonly token?: string;
  /** The existing workspaces; jobs are made in the first one by default. */
  readonly workspaces?: readonly string[];
  readonly dialect?: Partial<DeepsetDialect>;
}

export interface SimulatedDeepset extends SimulatedVendor {
  /** Switches that can be changed at any time. */
  readonly dialect: DeepsetDialect;
  createJob(options?: {
    readonly name?: string;
    readonly status?: SandboxStatus;
    readonly workspace?: string;
    /** Nanoseconds since the epoch. Default: now. */
    readonly createdAt?: bigint;
  }): string;
  /** Sets any status word, even one that the vendor does not have yet. */
  setNativeStatus(key: string, status: string): void;
  /** Adds records with all fields of the vendor: any level word, exceptions, extra fields. */
  writeRecords(key: string, records: readonly DeepsetRecord[]): void;
}

/** API keys are a JWT with a prefix, as at the vendor. */
export const SANDBOX_KEY = `api_${jwtOf({ sub: 'sandbox', exp: FAR_FUTURE })}`;

/** A simulated deepset AI Platform: workspaces with pipelines, and their logs. Keys are `workspace/name`. */
export function simulateDeepset(options: DeepsetOptions = {}): SimulatedDeepset {
  const token = options.token ?? SANDBOX_KEY;
  const workspaces = options.workspaces ?? ['production'];
  const dialect: DeepsetDialect = { ...DEFAULT_DIALECT, ...options.dialect };
  const pipelines = new Map<string, Pipeline>();
  let created = 0;

  function pipelineOf(key: string): Pipeline {
    const pipeline = pipelines.get(key);
    if (pipeline === undefined) throw new Error(`The simulation has no pipeline ${key}.`);
    return pipeline;
  }

  function handle(request: SandboxRequest): SandboxReply {
    if (request.headers['authorization'] !== `Bearer ${token}`) return failure(401, 'Invalid API key.', dialect);
    const { workspace, name, kind } = routeOf(request);
    if (kind === 'other') return htmlPage(404);
    if (!workspaces.includes(workspace)) return failure(404, 'The workspace does not exist.', dialect);
    try {
      if (kind === 'jobs') {
        const all = [...pipelines.values()].filter((pipeline) => pipeline.workspace === workspace);
        return answerPipelines(all, request, dialect);
      }
      const pipeline = pipelines.get(`${workspace}/${name}`);
      if (pipeline === undefined) return failure(404, 'The pipeline does not exist.', dialect);
      if (kind === 'job') return { status: 200, body: wireOfPipeline(pipeline) };
      return answerLogs(pipeline.log, request, dialect);
    } catch (error) {
      if (error instanceof InvalidParameter) return error.reply;
      throw error;
    }
  }

  return {
    vendor: 'deepset',
    dialect,
    handle,
    classify: (request) => routeOf(request).kind,
    sourceConfig: (origin) => ({
      vendor: 'deepset',
      baseUrl: origin,
      workspaces: [...workspaces],
      auth: { type: 'bearer', token },
    }),
    createJob({
      name = `pipeline-${created + 1}`,
      status = 'RUNNING',
      workspace = workspaces[0] ?? '',
      createdAt,
    } = {}) {
      const key = `${workspace}/${name}`;
      if (pipelines.has(key)) throw new Error(`The simulation has a pipeline ${key} already.`);
      created += 1;
      pipelines.set(key, {
        workspace,
        name,
        id: uuidOf(key),
        createdAt: createdAt ?? BigInt(Date.now()) * 1_000_000n + BigInt(created) * 1000n,
        status: NATIVE_STATUS[status],
        log: new PipelineLog(key, dialect),
      });
      return key;
    },
    setStatus: (key, status) => void (pipelineOf(key).status = NATIVE_STATUS[status]),
    setNativeStatus: (key, status) => void (pipelineOf(key).status = status),
    write(key, lines) {
      pipelineOf(key).log.add(lines.map(recordOf));
    },
    writeRecords(key, records) {
      pipelineOf(key).log.add(records);
    },
    generate(key, count, line) {
      pipelineOf(key).log.compute(count, line);
    },
    clear() {
      pipelines.clear();
    },
  };
}

interface Route {
  readonly kind: 'jobs' | 'job' | 'logs' | 'other';
  readonly workspace: string;
  readonly name: string;
}

function routeOf(request: SandboxRequest): Route {
  const [api, version, workspaces, workspace = '', pipelines, name = '', logs, ...rest] = request.segments;
  const known = api === 'api' && version === 'v1' && workspaces === 'workspaces' && pipelines === 'pipelines';
  const other: Route = { kind: 'other', workspace, name };
  if (request.method !== 'GET' || !known || rest.length > 0) return other;
  if (request.segments.length === 5) return { kind: 'jobs', workspace, name };
  if (name === '') return other;
  if (logs === undefined) return { kind: 'job', workspace, name };
  return logs === 'logs' ? { kind: 'logs', workspace, name } : other;
}
