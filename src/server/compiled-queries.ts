import { execute, getOperationAST, getVariableValues, OperationTypeNode } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLError, VariableDefinitionNode } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { CompiledQuery } from 'graphql-jit';
import type { Plugin } from 'graphql-yoga';
import { conditionNames, plainDocument } from './plain-document.ts';
import type { Conditions } from './plain-document.ts';

/** The most variants of a document that are compiled: one for each operation and each set of conditions. */
const MOST_VARIANTS = 32;

/** What is known of a document: the variables that decide what is selected, and what was compiled. Null: can't be compiled. */
interface KnownDocument {
  readonly conditions: readonly string[];
  readonly variants: Map<string, CompiledQuery['query'] | null>;
}

const known = new WeakMap<DocumentNode, KnownDocument>();

/**
 * Compiles queries to functions. The compiler reads only plain documents right (see `plain-document.ts`): it errs where fragments
 * meet `@include`, where a variable has a default, and in the order of keys. So variables are coerced here, and each operation
 * is written in its plainest form first. Subscriptions and mutations are left to the interpreter.
 */
export function compileQueries(): Plugin {
  return {
    onExecute: ({ args, setExecuteFn }) => {
      const run = compiledQuery(args);
      if (run !== null) setExecuteFn(run);
    },
  };
}

/** Executes as `graphql-js` does, compiled where that can be done. */
export function executeCompiled(args: ExecutionArgs): Promise<ExecutionResult> | ExecutionResult {
  const run = compiledQuery(args);
  return run === null ? execute(args) : run();
}

/** Null: the interpreter has to answer. */
export function compiledQuery(args: ExecutionArgs): (() => Promise<ExecutionResult> | ExecutionResult) | null {
  const { schema, document, rootValue, contextValue, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) return null;
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
  const query = variantOf(args, operation.name?.value ?? '', found, conditions);
  if (query === null) return null;
  return () => {
    const result = query(rootValue, contextValue, coerced);
    return result instanceof Promise ? result.then(withFewestErrors) : withFewestErrors(result);
  };
}

/** Of errors below one place that is null, only the one that made it so. The compiler lists it behind the others. */
function withFewestErrors(result: ExecutionResult): ExecutionResult {
  const { data, errors } = result;
  if (errors === undefined || errors.length < 2) return result;
  const last = new Map<string, GraphQLError>();
  const places = errors.map((error) => {
    const path = error.path ?? [];
    const place = nulledBy(data, path);
    const key = place.length === path.length ? null : JSON.stringify(place);
    if (key !== null) last.set(key, error);
    return key;
  });
  const kept = errors.filter((error, index) => {
    const key = places[index];
    return key === null || key === undefined || last.get(key) === error;
  });
  return kept.length === errors.length ? result : { ...result, errors: kept };
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
    found = { conditions: conditionNames(document), variants: new Map() };
    known.set(document, found);
  }
  return found;
}

function variantOf(
  { schema, document, operationName }: ExecutionArgs,
  name: string,
  { variants }: KnownDocument,
  conditions: Conditions,
): CompiledQuery['query'] | null {
  const key = JSON.stringify([name, conditions]);
  const ready = variants.get(key);
  if (ready !== undefined) return ready;
  if (variants.size >= MOST_VARIANTS) return null;
  const operation = getOperationAST(document, operationName);
  const plain =
    operation?.operation === OperationTypeNode.QUERY ? plainDocument(schema, document, operation, conditions) : null;
  const compiled = plain === null ? null : compileQuery(schema, plain, name);
  const query = compiled !== null && isCompiledQuery(compiled) ? compiled.query : null;
  variants.set(key, query);
  return query;
}
