import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { GraphQLError, Kind, visit } from 'graphql';
import type { ASTVisitor, DirectiveNode, DocumentNode, ValidationContext } from 'graphql';
import { takesParts } from './accept.ts';

/**
 * Supports `@defer`: answers first without deferred fragments, and sends them when they are ready. A client that does
 * not ask for an answer in parts gets one whole answer, as the directive allows.
 */
export function deferredFragments(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(labelsAreUnique);
    },
    onExecute({ args }) {
      const document = args.document as DocumentNode;
      if (!hasDeferred(document)) return undefined;
      const { request } = args.contextValue as { readonly request?: Request };
      // A WebSocket operation has no `Accept` header: each part is a message.
      if (request !== undefined && !takesParts(request)) {
        args.document = withoutDeferred(document);
        return undefined;
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) setResult(onlyPlaced(result));
        },
      };
    },
  };
}

type Path = readonly (string | number)[];

/** One of the parts of an answer, or the data for one place in it. */
interface Part {
  readonly data?: unknown;
  readonly path?: Path;
  readonly incremental?: readonly Part[];
}

/**
 * The parts of an answer, without the data for objects that were not sent, because the part that has them failed. The executor
 * sends that, and clients have no place for it.
 */
function onlyPlaced<P extends Part>(parts: AsyncIterable<P>): AsyncIterableIterator<P> {
  /** The data that was sent, by its place. */
  const sent = new Map<string, unknown[]>();
  function isPlaced(path: Path): boolean {
    for (let length = path.length; length >= 0; length -= 1) {
      const above = sent.get(JSON.stringify(path.slice(0, length))) ?? [];
      if (above.some((data) => isObjectAt(data, path.slice(length)))) return true;
    }
    return false;
  }
  function passes({ data, path = [] }: Part): boolean {
    if (path.length > 0 && !isPlaced(path)) return false;
    const key = JSON.stringify(path);
    const beside = sent.get(key);
    if (beside === undefined) sent.set(key, [data]);
    else beside.push(data);
    return true;
  }
  return mapAsyncIterator(parts, (part) => {
    if (part.data !== undefined) passes(part);
    if (part.incremental === undefined) return part;
    const { incremental, ...rest } = part;
    const placed = incremental.filter(passes);
    // Otherwise the same part, shorter.
    return (placed.length === 0 ? rest : { ...part, incremental: placed }) as P;
  });
}

function isObjectAt(data: unknown, path: Path): boolean {
  const found = path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[key],
    data,
  );
  return typeof found === 'object' && found !== null;
}

/** Clients tell parts apart by their labels, so labels must be unique and cannot be variables. */
function labelsAreUnique(context: ValidationContext): ASTVisitor {
  const known = new Set<string>();
  return {
    Directive(node) {
      const label =
        node.name.value === 'defer' ? node.arguments?.find(({ name }) => name.value === 'label') : undefined;
      if (label === undefined || label.value.kind === Kind.NULL) return;
      const isStatic = label.value.kind === Kind.STRING;
      if (!isStatic)
        context.reportError(new GraphQLError('The label of @defer is a text, no variable.', { nodes: node }));
      else if (known.has(label.value.value))
        context.reportError(new GraphQLError('Each label of @defer is used once.', { nodes: node }));
      else known.add(label.value.value);
    },
  };
}

const deferred = new WeakMap<DocumentNode, boolean>();
const whole = new WeakMap<DocumentNode, DocumentNode>();

/** True if anything in the document is deferred. */
export function hasDeferred(document: DocumentNode): boolean {
  let found = deferred.get(document);
  if (found === undefined) {
    found = false;
    visit(document, { Directive: ({ name }) => void (found ||= name.value === 'defer') });
    deferred.set(document, found);
  }
  return found;
}

/** The document without `@defer`. Always the same object for a document, because caches use documents as keys. */
export function withoutDeferred(document: DocumentNode): DocumentNode {
  let found = whole.get(document);
  if (found === undefined) {
    found = visit(document, { Directive: (node: DirectiveNode) => (node.name.value === 'defer' ? null : undefined) });
    whole.set(document, found);
  }
  return found;
}
