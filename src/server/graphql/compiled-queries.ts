import { execute, getOperationAST, getVariableValues, OperationTypeNode } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLError,
  OperationDefinitionNode,
  VariableDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { CompiledQuery } from 'graphql-jit';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { rest } from '../../domain/fair-share.ts';
import { hasDeferred } from './deferred.ts';
import { withPlaces } from './error-places.ts';
import { conditionNames, plainDocument } from './plain-document.ts';
import type { Conditions } from './plain-document.ts';

/**
 * What is kept of compiled variants (one for each operation of a document and each set of conditions): so many, and so many units
 * of plain documents in all. A unit takes about ten kilobytes.
 */
const MOST_VARIANTS = 500;
const MOST_UNITS_KEPT = 10_000;

/** A document of that length takes several milliseconds at each step. */
const LONG_CHARACTERS = 4_096;

/** What part of the time may go into compiling: while it rests, queries are interpreted, which answers the same. */
const REST_FACTOR = 9;

/** What is known of a document: its number, and the variables that decide what is selected. */
interface KnownDocument {
  readonly number: number;
  readonly conditions: readonly string[];
}

const known = new WeakMap<DocumentNode, KnownDocument>();
let documents = 0;

/** Null: can't be compiled. */
const compiled = new LRUCache<string, { readonly query: CompiledQuery['query'] | null; readonly units: number }>({
  max: MOST_VARIANTS,
  maxSize: MOST_UNITS_KEPT,
  sizeCalculation: ({ units }) => units,
});

/**
 * Compiles queries to functions. The compiler reads only plain documents right (see `plain-document.ts`): it errs where fragments
 * meet `@include`, where a variable has a default, and in the order of keys. So variables are coerced here, and each operation
 * is written in its plainest form first. Subscriptions, and answers that come by parts, are
 * left to the interpreter.
 *
 * Compiling takes as long as many runs of the interpreter: it is done for documents that come again, and not all the time.
 */
export function compileQueries(): Plugin {
  const seen = new WeakSet<DocumentNode>();
  const pace = new Pace();
  return {
    onExecute: ({ args, setExecuteFn }) => {
      const prepare = (): void => {
        const run = isSecondSight(args, seen) ? compiledQuery(args, pace) : null;
        if (run !== null) setExecuteFn(run);
      };
      // It was parsed and validated just now, which took long.
      if (isLong(args.document as DocumentNode)) return rest().then(prepare);
      prepare();
      return undefined;
    },
  };
}

function isLong({ loc }: DocumentNode): boolean {
  return loc !== undefined && loc.end > LONG_CHARACTERS;
}

function isSecondSight({ document }: ExecutionArgs, seen: WeakSet<DocumentNode>): boolean {
  if (seen.has(document)) return true;
  seen.add(document);
  return false;
}

/** Rests after each piece of work for a multiple of the time that it took. */
class Pace {
  #restsUntil = 0;

  mayWork(): boolean {
    return performance.now() >= this.#restsUntil;
  }

  worked(milliseconds: number): void {
    this.#restsUntil = performance.now() + milliseconds * REST_FACTOR;
  }
}

/** Executes as `graphql-js` does, compiled where that can be done. */
export function executeCompiled(args: ExecutionArgs): Promise<ExecutionResult> | ExecutionResult {
  const run = compiledQuery(args);
  return run === null ? execute(args) : run();
}

/** Null: the interpreter has to answer. */
export function compiledQuery(
  args: ExecutionArgs,
  pace: Pace | null = null,
): (() => Promise<ExecutionResult> | ExecutionResult) | null {
  const { schema, document, rootValue, contextValue, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY || hasDeferred(document)) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  // The interpreter words the errors: of variables, and of a null that took the place of a default where null must not be.
  if (coerced === undefined || operation.variableDefinitions?.some((one) => isNullForDefault(one, coerced)) === true) {
    return null;
  }
  const found = knownOf(document);
  const conditions: Record<string, boolean> = {};
  for (const name of found.conditions) {
    const value = coerced[name];
    // A variable of another operation may be missing.
    if (typeof value === 'boolean') conditions[name] = value;
    else if (operation.variableDefinitions?.some(({ variable }) => variable.name.value === name) === true) return null;
  }
  const query = variantOf(args, operation, found, conditions, pace);
  if (query === null) return null;
  return () => {
    const result = query(rootValue, contextValue, coerced);
    return result instanceof Promise
      ? result.then((one) => withFewestErrors(one, document))
      : withFewestErrors(result, document);
  };
}

/**
 * Of errors below one place that is null, only the one that made it so, which the compiler lists behind the others. Errors come
 * before data, as from the interpreter.
 */
function withFewestErrors(result: ExecutionResult, document: DocumentNode): ExecutionResult {
  const { errors, ...rest } = result;
  if (errors === undefined) return result;
  const last = new Map<string, GraphQLError>();
  const places = errors.map((error) => {
    const path = error.path ?? [];
    const place = nulledBy(rest.data, path);
    const key = place.length === path.length ? null : JSON.stringify(place);
    if (key !== null) last.set(key, error);
    return key;
  });
  const kept = errors.filter((error, index) => {
    const key = places[index];
    return key === null || key === undefined || last.get(key) === error;
  });
  return { errors: withPlaces(kept, document), ...rest };
}

/** The place of the null above which a path has no value. */
function nulledBy(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (typeof value !== 'object' || value === null) return path.slice(0, index);
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return path;
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
  const result = plain === null ? null : compileQuery(schema, plain.document, name);
  pace?.worked(performance.now() - begun);
  const query = result !== null && isCompiledQuery(result) ? result.query : null;
  compiled.set(key, { query, units: plain === null ? 1 : Math.max(1, plain.units) });
  return query;
}
