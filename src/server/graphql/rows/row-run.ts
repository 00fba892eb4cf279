import { GraphQLError } from 'graphql';
import type { FieldNode } from 'graphql';
import type { GraphContext } from '../../../../resolvers/context.ts';
import type { PlainField } from '../../../../schema/plain-fields.ts';

/** One field of a row's selection, in the order of the generated code. */
export interface PlannedField {
  readonly node: FieldNode;
  /** Response keys from the row to this field. */
  readonly path: readonly string[];
  /** `Type.field`. */
  readonly name: string;
  readonly isNonNull: boolean;
  /** True: a text is its own value. */
  readonly isText: boolean;
  readonly plain: PlainField;
  readonly argsOf: (variables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Null: it has a selection of its own. */
  readonly serialize: ((value: unknown) => unknown) | null;
}

/** A failed field of a row. If it must not be null, the whole list fails. */
export class RowFailure extends Error {
  readonly path: readonly (string | number)[];
  readonly node: FieldNode;

  constructor(cause: Error, path: readonly (string | number)[], node: FieldNode) {
    super(cause.message, { cause });
    this.path = path;
    this.node = node;
  }

  /** The error as an executor would report it, for a list at this path. */
  located(listPath: readonly (string | number)[]): GraphQLError {
    // Always an error: see the constructor.
    const originalError = this.cause as Error;
    return new GraphQLError(this.message, { nodes: this.node, path: [...listPath, ...this.path], originalError });
  }
}

/** The rows of one list that are being made. */
export class RowRun {
  readonly fields: readonly PlannedField[];
  readonly context: GraphContext;
  readonly args: readonly Readonly<Record<string, unknown>>[];
  /** Of fields that may be null. */
  readonly failures: RowFailure[] = [];
  /** The first failure of a field that must not be null: the list fails. The rest is read all the same, and charged. */
  failure: RowFailure | null = null;
  /** The index of the row. */
  at = 0;

  constructor(fields: readonly PlannedField[], variables: Readonly<Record<string, unknown>>, context: GraphContext) {
    this.fields = fields;
    this.context = context;
    this.args = fields.map(({ argsOf }) => argsOf(variables));
  }

  /** The value of a field, serialized; null if it failed. */
  valueOf(index: number, source: unknown): unknown {
    const field = this.#field(index);
    try {
      const value = field.plain.read(source, this.args[index] ?? {}, this.context);
      if (typeof value === 'string' && field.isText) return value;
      if (value instanceof Error) return this.#failed(field, value);
      if (value === null || value === undefined) return field.isNonNull ? this.missing(index) : null;
      return field.serialize?.(value);
    } catch (error) {
      return this.#failed(field, error);
    }
  }

  /** A field that must not be null is. */
  missing(index: number): null {
    const field = this.#field(index);
    return this.#failed(field, new Error(`Cannot return null for non-nullable field ${field.name}.`));
  }

  #failed({ path, node, isNonNull }: PlannedField, error: unknown): null {
    const cause = error instanceof Error ? error : new Error('A field failed.', { cause: error });
    const failure = new RowFailure(cause, [this.at, ...path], node);
    if (isNonNull) this.failure ??= failure;
    else this.failures.push(failure);
    return null;
  }

  #field(index: number): PlannedField {
    const field = this.fields[index];
    if (field === undefined) throw new RangeError(`There is no field ${index}.`);
    return field;
  }
}
