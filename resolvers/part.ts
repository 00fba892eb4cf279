import type { GraphQLResolveInfo } from 'graphql';
import { TributaryError } from '../src/domain/errors.ts';
import type { JobRef, PartKind, Parts } from '../src/domain/job.ts';
import type { Connection, ConnectionArguments, PartArguments } from '../src/federation/api.ts';
import type { PartNames } from '../src/vendors/connector.ts';
import { encodeNodeId } from '../src/federation/node-id.ts';
import { mapConnection, sharedConnection, withPage } from './connection.ts';
import type { GraphContext } from './context.ts';
import { referToJob } from './job.ts';
import { loadReferred, namesSelected } from './referred.ts';
import { selectsBeyond } from './selection.ts';

/** An attempt, step or task in the graph. */
export interface PartNode<K extends PartKind> {
  readonly kind: K;
  readonly job: JobRef;
  readonly key: string;
  /** The fields that its key tells without a call. */
  readonly known: Partial<Parts[K]>;
  /** The part as the source returned it; null until a field needs it. */
  readonly part: Parts[K] | null;
}

/** Fields that the reference alone can answer. */
const FIELDS_OF_REFERENCE: Readonly<Record<PartKind, ReadonlySet<string>>> = {
  Attempt: new Set(['__typename', 'id', 'key', 'job', 'logs', 'steps', 'tasks']),
  Step: new Set(['__typename', 'id', 'key', 'job', 'logs', 'attempts', 'tasks']),
  Task: new Set(['__typename', 'id', 'key', 'job', 'logs']),
};

/**
 * A part that a line or another part refers to. No call is made if the reference can answer all selected fields;
 * otherwise the part is loaded. If that fails, the part is null, with one error: see `loadReferred`.
 */
export function referToPart<K extends PartKind>(
  kind: K,
  { source, key: jobKey }: JobRef,
  key: string,
  context: GraphContext,
  info: GraphQLResolveInfo,
): PartNode<K> | null | Promise<PartNode<K> | null> {
  const job = { source, key: jobKey };
  const names = context.federation.source(source)?.names ?? {};
  const reference: PartNode<K> = { kind, job, key, known: KNOWN_BY_KEY[kind](names, key), part: null };
  const isKnown = (name: string): boolean =>
    FIELDS_OF_REFERENCE[kind].has(name) || Object.hasOwn(reference.known, name);
  if (namesSelected(context.call, info, kind).every(isKnown)) return reference;
  return loadReferred(context.call, { kind, id: partId(reference) }, async () => ({
    ...reference,
    part: await loadPart(reference, context),
  }));
}

/** The fields that the key of a part tells without a call. */
const KNOWN_BY_KEY: { readonly [K in PartKind]: (names: PartNames, key: string) => Partial<Parts[K]> } = {
  Attempt: ({ attemptNumber }, key) => present('number', attemptNumber?.(key)),
  Step: ({ stepName }, key) => present('name', stepName?.(key)),
  Task: ({ taskName }, key) => present('name', taskName?.(key)),
};

function present<F extends string, T>(field: F, value: T | null | undefined): { readonly [P in F]?: T } {
  // One member with that name, or none.
  return (value === null || value === undefined ? {} : { [field]: value }) as { readonly [P in F]?: T };
}

export function partId(node: PartNode<PartKind>): string {
  return encodeNodeId(node.kind, node.job.source, node.job.key, node.key);
}

/** The job that a part belongs to. */
export function partJob(
  { job }: PartNode<PartKind>,
  _args: object,
  context: GraphContext,
  info: GraphQLResolveInfo,
): ReturnType<typeof referToJob> {
  return referToJob(job, context, info);
}

/** The resolver of a field that needs the loaded part, unless the key tells it. */
export function partDetail<K extends PartKind, F extends keyof Parts[K]>(_kind: K, field: F) {
  return (node: PartNode<K>, _args: object, context: GraphContext): Parts[K][F] | Promise<Parts[K][F]> => {
    if (node.part !== null) return node.part[field];
    const known: Parts[K][F] | undefined = node.known[field];
    return known === undefined ? loadPart(node, context).then((part) => part[field]) : known;
  };
}

/** The resolver of the attempt or step that a part belongs to; null if the vendor names none. */
export function partParent<K extends PartKind, P extends 'Attempt' | 'Step'>(
  _kind: K,
  parent: P,
  keyOf: (part: Parts[K]) => string | null,
) {
  return async (
    node: PartNode<K>,
    _args: object,
    context: GraphContext,
    info: GraphQLResolveInfo,
  ): Promise<PartNode<P> | null> => {
    const key = keyOf(node.part ?? (await loadPart(node, context)));
    return key === null ? null : referToPart(parent, node.job, key, context, info);
  };
}

async function loadPart<K extends PartKind>(node: PartNode<K>, { federation, call }: GraphContext): Promise<Parts[K]> {
  const part = await federation.part(node.kind, node.job, node.key, call);
  if (part === null) {
    const message = `${node.job.source}: the ${node.kind.toLowerCase()} is gone, or the source does not return it.`;
    throw new TributaryError('NOT_FOUND', message, { source: node.job.source });
  }
  return part;
}

/** Finds a part by its keys; null if it does not exist. Makes no call if no selected field needs one. */
export async function findPart<K extends PartKind>(
  kind: K,
  job: JobRef,
  key: string,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<PartNode<K> | null> {
  if (federation.source(job.source) === null) return null;
  if (!selectsBeyond(info, kind, FIELDS_OF_REFERENCE[kind])) return { kind, job, key, known: {}, part: null };
  const part = await federation.part(kind, job, key, call);
  return part === null ? null : { kind, job, key, known: {}, part };
}

/** The resolver of a job's parts of one kind. */
export function partsOfJob<K extends PartKind>(kind: K) {
  return (job: JobRef, args: ConnectionArguments, context: GraphContext, info: GraphQLResolveInfo) =>
    partsOf(kind, job, args, context, info);
}

/** The resolver of the parts of one kind within an attempt or a step. */
export function partsOfPart<P extends 'Attempt' | 'Step', K extends PartKind>(parent: P, kind: K) {
  const name = parent === 'Attempt' ? 'attempt' : 'step';
  return ({ job, key }: PartNode<P>, args: ConnectionArguments, context: GraphContext, info: GraphQLResolveInfo) =>
    partsOf(kind, job, { ...args, [name]: key }, context, info);
}

function partsOf<K extends PartKind>(
  kind: K,
  { source, key }: JobRef,
  args: PartArguments,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<Connection<PartNode<K>>> {
  const job = { source, key };
  const nodes = sharedConnection(call, JSON.stringify([kind, job, args]), () => {
    const parts = federation.parts(kind, job, args, call);
    return mapConnection(parts, (part) => ({ kind, job, key: part.key, known: {}, part }));
  });
  return withPage(nodes, call, info);
}
