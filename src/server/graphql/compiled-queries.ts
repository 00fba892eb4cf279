import { execute, getOperationAST, getVariableValues, OperationTypeNode } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  OperationDefinitionNode,
  VariableDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { CompiledQuery } from 'graphql-jit';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { GraphContext } from '../../../resolvers/context.ts';
import { rest } from '../../domain/fair-share.ts';
import { isTraced } from '../field-traces/inline-traces.ts';
import { hasDeferred } from './deferred.ts';
import { subscribeByEvents } from './events.ts';
import { withFewestErrors } from './fewest-errors.ts';
import { conditionNames, plainDocument } from './plain-document.ts';
import type { Conditions } from './plain-document.ts';
import { makingOperation } from './rows/making-operation.ts';
import { withRowErrors } from './rows/row-errors.ts';

/**
 * Bounds on the cache of compiled variants (one for each operation of a document and set of conditions): their number,
 * and the sum of their units. A unit takes about ten kilobytes.
 */
const MOST_VARIANTS = 500;
const MOST_UNITS_KEPT = 10_000;

/** Parsing or validating a document of this length takes several milliseconds. */
const LONG_CHARACTERS = 4_096;

/** After compiling, rest this many times as long. Meanwhile queries are interpreted, with the same answers. */
const REST_FACTOR = 9;

type Answer = Promise<ExecutionResult> | ExecutionResult;

/** A document's number, and the variables that decide what is selected. */
interface KnownDocument {
  readonly number: number;
  readonly conditions: readonly string[];
}

const known = new WeakMap<DocumentNode, KnownDocument>();
let documents = 0;

/** A null query: the operation cannot be compiled. */
const compiled = new LRUCache<string, { readonly query: CompiledQuery['query'] | null; readonly units: number }>({
  max: MOST_VARIANTS,
  maxSize: MOST_UNITS_KEPT,
  sizeCalculation: ({ units }) => units,
});

/**
 * Compiles queries to functions. The compiler is correct only for plain documents (see `plain-document.ts`): it has
 * bugs with fragments under `@include`, with defaults of variables, and in the order of keys. So variables are coerced
 * here, and each operation is first rewritten as a plain document. Rows whose fields are plain are made by functions of our own
 * (see `rows/`). The events of a subscription are answered like queries (see `events.ts`). The interpreter gives answers in parts.
 *
 * Compiling costs as much as many interpreted runs, so only documents that arrive again are compiled, and only for a
 * share of the time.
 */
export function compileQueries(): Plugin {
  const seen = new WeakSet<DocumentNode>();
  const pace = new Pace();
  return {
    onExecute: ({ args, setExecuteFn }) => {
      if (hasNullCondition(args)) {
        setExecuteFn(execute);
        return undefined;
      }
      if (isTraced(args.contextValue)) return undefined;
      const prepare = (): void => {
        const run = isSecondSight(args, seen) ? compiledQuery(args, pace) : null;
        if (run !== null) setExecuteFn(run);
      };
      // A long document was just parsed and validated, which took long: let other work run first.
      if (isLong(args.document as DocumentNode)) return rest().then(prepare);
      prepare();
      return undefined;
    },
    onSubscribe: ({ args, setSubscribeFn }) => {
      if (!canAnswerEvents(args)) return;
      setSubscribeFn((begun: ExecutionArgs) => subscribeCompiled(begun, pace, () => isSecondSight(begun, seen)));
    },
  };
}

/** Subscribes, and answers events with a compiled operation once `mayCompile` is true and the pace allows to compile it. */
export function subscribeCompiled(
  args: ExecutionArgs,
  pace: Pace | null = null,
  mayCompile: () => boolean = () => true,
): ReturnType<typeof subscribeByEvents> {
  return subscribeByEvents(args, () =>
    mayCompile() ? compiledOperation(args, OperationTypeNode.SUBSCRIPTION, pace) : null,
  );
}

/** False: the executor of Yoga reports what is wrong with the request, or answers in parts. */
function canAnswerEvents({ schema, document, operationName, variableValues }: ExecutionArgs): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || hasDeferred(document)) return false;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  return coerced !== undefined;
}

/**
 * True if a variable of `@skip` or `@include` is null, as it may be if it has a default. Where the fragment of such a spread was
 * selected before, the executor of Yoga reports an error, and graphql-js does not look at the condition. So graphql-js answers, unless
 * the answer comes in parts.
 */
function hasNullCondition({ document, operationName, variableValues }: ExecutionArgs): boolean {
  const given: Readonly<Record<string, unknown>> = variableValues ?? {};
  if (!Object.values(given).includes(null)) return false;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY || hasDeferred(document)) return false;
  return knownOf(document).conditions.some((name) => given[name] === null);
}

function isLong({ loc }: DocumentNode): boolean {
  return loc !== undefined && loc.end > LONG_CHARACTERS;
}

function isSecondSight({ document }: ExecutionArgs, seen: WeakSet<DocumentNode>): boolean {
  if (seen.has(document)) return true;
  seen.add(document);
  return false;
}

/** After each piece of work, rests for a multiple of the time that it took. */
class Pace {
  #restsUntil = 0;

  mayWork(): boolean {
    return performance.now() >= this.#restsUntil;
  }

  worked(milliseconds: number): void {
    this.#restsUntil = performance.now() + milliseconds * REST_FACTOR;
  }
}

/** Executes like `graphql-js`, with a compiled query where possible. */
export function executeCompiled(args: ExecutionArgs): Answer {
  const run = compiledQuery(args);
  return run === null ? execute(args) : run();
}

/** Returns a compiled query, or null if the interpreter must answer. */
export function compiledQuery(args: ExecutionArgs, pace: Pace | null = null): (() => Answer) | null {
  const run = compiledOperation(args, OperationTypeNode.QUERY, pace);
  return run && (() => run(args.rootValue));
}

/**
 * Returns a compiled operation of this type as a function of its root value, or null if the interpreter must answer. The root value
 * of a subscription is an event.
 */
function compiledOperation(
  args: ExecutionArgs,
  type: OperationTypeNode,
  pace: Pace | null,
): ((rootValue: unknown) => Answer) | null {
  const { schema, document, contextValue, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== type || hasDeferred(document)) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  // The interpreter reports errors of variables, and of a null for a non-null variable with a default.
  if (coerced === undefined || operation.variableDefinitions?.some((one) => isNullForDefault(one, coerced)) === true) {
    return null;
  }
  const found = knownOf(document);
  const conditions: Record<string, boolean> = {};
  for (const name of found.conditions) {
    const value = coerced[name];
    // A variable that only another operation of the document uses may be missing.
    if (typeof value === 'boolean') conditions[name] = value;
    else if (operation.variableDefinitions?.some(({ variable }) => variable.name.value === name) === true) return null;
  }
  const query = variantOf(args, operation, found, conditions, pace);
  if (query === null) return null;
  return (rootValue) => {
    // Always the context made by `createContext`.
    const { call } = contextValue as GraphContext;
    const finish = (result: ExecutionResult): ExecutionResult =>
      withFewestErrors(withRowErrors(result, call), document);
    const result = query(rootValue, contextValue, coerced);
    return result instanceof Promise ? result.then(finish) : finish(result);
  };
}

function isNullForDefault(
  { variable, defaultValue }: VariableDefinitionNode,
  coerced: Readonly<Record<string, unknown>>,
): boolean {
  return defaultValue !== undefined && coerced[variable.name.value] === null;
}

function knownOf(document: DocumentNode): KnownDocument {
  let found = known.get(document);
  if (found === undefined) {
    documents += 1;
    found = { number: documents, conditions: conditionNames(document) };
    known.set(document, found);
  }
  return found;
}

function variantOf(
  { schema, document }: ExecutionArgs,
  operation: OperationDefinitionNode,
  { number }: KnownDocument,
  conditions: Conditions,
  pace: Pace | null,
): CompiledQuery['query'] | null {
  const name = operation.name?.value ?? '';
  const key = JSON.stringify([number, name, conditions]);
  const ready = compiled.get(key);
  if (ready !== undefined) return ready.query;
  if (pace?.mayWork() === false) return null;
  const begun = performance.now();
  const plain = plainDocument(schema, document, operation, conditions);
  const making = plain === null ? null : makingOperation(schema, plain.document);
  const result = plain === null ? null : compileQuery(making?.schema ?? schema, (making ?? plain).document, name);
  pace?.worked(performance.now() - begun);
  const query = result !== null && isCompiledQuery(result) ? result.query : null;
  compiled.set(key, { query, units: plain === null ? 1 : Math.max(1, plain.units) });
  return query;
}
