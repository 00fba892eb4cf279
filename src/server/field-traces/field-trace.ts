import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { ProtobufWriter } from './protobuf.ts';

type Path = GraphQLResolveInfo['path'];

/** The most fields and elements of lists of one trace. A node takes about 60 bytes, and a third more in base64. */
export const MOST_NODES = 5_000;
const MOST_ERRORS = 100;

/** A field of the answer, or an element of a list. Times are nanoseconds since the start of the trace. */
interface Node {
  field: Readonly<Record<'name' | 'type' | 'parentType', string>> | null;
  start: number;
  end: number;
  readonly errors: GraphQLError[];
  readonly children: Map<string | number, Node>;
}

const newNode = (): Node => ({ field: null, start: 0, end: 0, errors: [], children: new Map() });

/**
 * How long each field of one operation took. A trace with too many nodes keeps the first, and says that it is incomplete.
 * Field numbers are those of `reports.proto` (https://www.apollographql.com/docs/federation/v1/metrics).
 */
export class FieldTrace {
  readonly #root = newNode();
  readonly #startedAt = Date.now();
  readonly #begun = performance.now();
  #nodes = 0;
  #isIncomplete = false;

  /** Records that a field is asked for. Returns what records its end, or null if the trace is full. */
  begin({ path, fieldName, returnType, parentType }: GraphQLResolveInfo): (() => void) | null {
    const node = this.#nodeOf(path);
    if (node === null) return null;
    node.field = { name: fieldName, type: String(returnType), parentType: parentType.name };
    node.start = this.#now();
    return () => {
      node.end = this.#now();
    };
  }

  /** The trace with the errors of the answer, as clients see them, for `extensions.ftv1`. */
  encoded(errors: readonly GraphQLError[]): string {
    const duration = this.#now();
    for (const error of errors.slice(0, MOST_ERRORS)) this.#addError(error);
    if (errors.length > MOST_ERRORS) this.#isIncomplete = true;
    const writer = new ProtobufWriter();
    if (this.#isIncomplete) writer.integer(33, 1);
    writer.message(14, () => {
      writeNode(writer, null, this.#root);
    });
    writer.integer(11, duration);
    writeTime(writer, 4, this.#startedAt);
    writeTime(writer, 3, Date.now());
    return writer.base64();
  }

  #now(): number {
    return Math.round((performance.now() - this.#begun) * 1e6);
  }

  #nodeOf(path: Path | undefined): Node | null {
    if (path === undefined) return this.#root;
    const parent = this.#nodeOf(path.prev);
    if (parent === null) return null;
    const known = parent.children.get(path.key);
    if (known !== undefined) return known;
    if (this.#nodes === MOST_NODES) {
      this.#isIncomplete = true;
      return null;
    }
    this.#nodes += 1;
    const node = newNode();
    parent.children.set(path.key, node);
    return node;
  }

  /** Adds an error to its field, or to the nearest field above it that is in the trace. */
  #addError(error: GraphQLError): void {
    let node = this.#root;
    for (const key of error.path ?? []) {
      const child = node.children.get(key);
      if (child === undefined) break;
      node = child;
    }
    node.errors.push(error);
  }
}

function writeTime(writer: ProtobufWriter, field: number, milliseconds: number): void {
  writer.message(field, () => {
    writer.integer(2, (milliseconds % 1_000) * 1_000_000);
    writer.integer(1, Math.floor(milliseconds / 1_000));
  });
}

function writeNode(writer: ProtobufWriter, key: string | number | null, { field, start, end, ...node }: Node): void {
  if (field !== null && field.name !== key) writer.text(14, field.name);
  if (field !== null) writer.text(13, field.parentType);
  for (const [childKey, child] of [...node.children].reverse()) {
    writer.message(12, () => {
      writeNode(writer, childKey, child);
    });
  }
  for (const error of node.errors.toReversed()) {
    writer.message(11, () => {
      writeError(writer, error, end);
    });
  }
  if (field !== null) {
    // A field whose resolver has not ended when the answer is there ends with its start.
    writer.integer(9, Math.max(start, end));
    writer.integer(8, start);
    writer.text(3, field.type);
  }
  if (typeof key === 'string') writer.text(1, key);
  if (typeof key === 'number') writer.integer(2, key);
}

function writeError(writer: ProtobufWriter, error: GraphQLError, time: number): void {
  writer.text(4, JSON.stringify(error));
  writer.integer(3, time);
  for (const { line, column } of (error.locations ?? []).toReversed()) {
    writer.message(2, () => {
      writer.integer(2, column);
      writer.integer(1, line);
    });
  }
  writer.text(1, error.message);
}
