import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import { TributaryError } from '../src/domain/errors.ts';
import type { Attempt, JobRef, Step, Task } from '../src/domain/job.ts';
import type { Connection, ConnectionArguments, Federation } from '../src/federation/api.ts';
import { encodeNodeId } from '../src/federation/node-id.ts';
import { mapConnection } from './connection.ts';
import type { GraphContext } from './context.ts';
import { selectsBeyond } from './selection.ts';

/** The kinds of parts that a job may have, and what a vendor says of one. */
interface Parts {
  Attempt: Attempt;
  Step: Step;
  Task: Task;
}
export type PartKind = keyof Parts;

/** An attempt, step or task in the graph: `part` is null until a field needs more than where it is. */
export interface PartNode<K extends PartKind> {
  readonly kind: K;
  readonly job: JobRef;
  readonly key: string;
  readonly part: Parts[K] | null;
}

/** Where the parts of a kind come from. */
type Load = {
  readonly [K in PartKind]: (federation: Federation, job: JobRef, key: string, call: Call) => Promise<Parts[K] | null>;
};

const LOAD: Load = {
  Attempt: (federation, job, key, call) => federation.attempt(job, key, call),
  Step: (federation, job, key, call) => federation.step(job, key, call),
  Task: (federation, job, key, call) => federation.task(job, key, call),
};

/** What can be answered from the reference alone. */
const FIELDS_OF_REFERENCE: Readonly<Record<PartKind, ReadonlySet<string>>> = {
  Attempt: new Set(['__typename', 'id', 'key', 'job', 'logs', 'steps', 'tasks']),
  Step: new Set(['__typename', 'id', 'key', 'job', 'logs', 'attempts', 'tasks']),
  Task: new Set(['__typename', 'id', 'key', 'job', 'logs']),
};

export function partReference<K extends PartKind>(kind: K, job: JobRef, key: string): PartNode<K> {
  return { kind, job, key, part: null };
}

export function partId(node: PartNode<PartKind>): string {
  return encodeNodeId(node.kind, node.job.source, node.job.key, node.key);
}

/** The resolver of a field that only a loaded part has. */
export function partDetail<K extends PartKind, F extends keyof Parts[K]>(_kind: K, field: F) {
  return (node: PartNode<K>, _args: object, context: GraphContext): Parts[K][F] | Promise<Parts[K][F]> =>
    node.part === null ? loadPart(node, context).then((part) => part[field]) : node.part[field];
}

/** The resolver of the attempt or step that a part belongs to; null where the vendor names none. */
export function partParent<K extends PartKind, P extends 'Attempt' | 'Step'>(
  _kind: K,
  parent: P,
  keyOf: (part: Parts[K]) => string | null,
) {
  return async (node: PartNode<K>, _args: object, context: GraphContext): Promise<PartNode<P> | null> => {
    const key = keyOf(node.part ?? (await loadPart(node, context)));
    return key === null ? null : partReference(parent, node.job, key);
  };
}

async function loadPart<K extends PartKind>(node: PartNode<K>, { federation, call }: GraphContext): Promise<Parts[K]> {
  const part = await LOAD[node.kind](federation, node.job, node.key, call);
  if (part === null) {
    const message = `The ${node.kind.toLowerCase()} is gone, or its source does not tell of it.`;
    throw new TributaryError('NOT_FOUND', message, { source: node.job.source });
  }
  return part;
}

/** Finds a part by its keys: null when there is none, and without a call when nothing that is selected needs one. */
export async function findPart<K extends PartKind>(
  kind: K,
  job: JobRef,
  key: string,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<PartNode<K> | null> {
  if (federation.source(job.source) === null) return null;
  if (!selectsBeyond(info, kind, FIELDS_OF_REFERENCE[kind])) return partReference(kind, job, key);
  const part = await LOAD[kind](federation, job, key, call);
  return part === null ? null : { kind, job, key, part };
}

export function attemptsOfJob(job: JobRef, args: ConnectionArguments, { federation, call }: GraphContext) {
  return nodesOf('Attempt', job, federation.attempts(referenceOf(job), args, call));
}

export function stepsOfJob(job: JobRef, args: ConnectionArguments, { federation, call }: GraphContext) {
  return nodesOf('Step', job, federation.steps(referenceOf(job), args, call));
}

export function tasksOfJob(job: JobRef, args: ConnectionArguments, { federation, call }: GraphContext) {
  return nodesOf('Task', job, federation.tasks(referenceOf(job), args, call));
}

export function attemptsOfStep({ job, key }: PartNode<'Step'>, args: ConnectionArguments, context: GraphContext) {
  const { federation, call } = context;
  return nodesOf('Attempt', job, federation.attempts(job, { ...args, step: key }, call));
}

export function stepsOfAttempt({ job, key }: PartNode<'Attempt'>, args: ConnectionArguments, context: GraphContext) {
  const { federation, call } = context;
  return nodesOf('Step', job, federation.steps(job, { ...args, attempt: key }, call));
}

export function tasksOfAttempt({ job, key }: PartNode<'Attempt'>, args: ConnectionArguments, context: GraphContext) {
  const { federation, call } = context;
  return nodesOf('Task', job, federation.tasks(job, { ...args, attempt: key }, call));
}

export function tasksOfStep({ job, key }: PartNode<'Step'>, args: ConnectionArguments, context: GraphContext) {
  const { federation, call } = context;
  return nodesOf('Task', job, federation.tasks(job, { ...args, step: key }, call));
}

function nodesOf<K extends PartKind>(kind: K, job: JobRef, parts: Connection<Parts[K]>): Connection<PartNode<K>> {
  const reference = referenceOf(job);
  return mapConnection(parts, (part) => ({ kind, job: reference, key: part.key, part }));
}

function referenceOf({ source, key }: JobRef): JobRef {
  return { source, key };
}
