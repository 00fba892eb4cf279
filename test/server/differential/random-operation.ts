import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { GraphQLArgument, GraphQLCompositeType, GraphQLInputType, GraphQLSchema } from 'graphql';

/** A document with what is sent beside it. */
export interface RandomOperation {
  readonly document: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Variable {
  readonly definition: string;
  /** Undefined: it is left out. */
  readonly value: unknown;
}

const ABSENT = Symbol('absent');
const NAMES = ['a', 'b', 'c', 'd'];

/** Makes operations over a whole schema: the same seed gives the same operation. `ids` are values for arguments of type ID. */
export function randomOperation(schema: GraphQLSchema, ids: readonly string[], seed: number): RandomOperation {
  const maker = new OperationMaker(schema, ids, seed);
  return maker.make();
}

/** The same for `subscription { logEntries }`. */
export function randomSubscription(schema: GraphQLSchema, ids: readonly string[], seed: number): RandomOperation {
  return new OperationMaker(schema, ids, seed).makeSubscription();
}

class OperationMaker {
  readonly #schema: GraphQLSchema;
  readonly #ids: readonly string[];
  #state: number;
  #budget = 60;
  readonly #variables = new Map<string, Variable>();
  readonly #fragments: string[] = [];
  readonly #reusable: { readonly name: string; readonly type: GraphQLCompositeType }[] = [];
  /** Arguments of a response key are the same everywhere: fields of one key have to merge. */
  readonly #arguments = new Map<string, string>();

  constructor(schema: GraphQLSchema, ids: readonly string[], seed: number) {
    this.#schema = schema;
    this.#ids = ids;
    this.#state = seed;
  }

  make(): RandomOperation {
    const root = this.#schema.getQueryType();
    if (!root) throw new Error('The schema has no query type.');
    return this.#operation('query', this.#selection(root, 5));
  }

  makeSubscription(): RandomOperation {
    const root = this.#schema.getSubscriptionType();
    const type = this.#schema.getType('LogStreamEvent');
    if (!root || !isUnionType(type)) throw new Error('The schema has no subscription.');
    const given = this.#argumentsOf(root.getFields()['logEntries']?.args ?? []);
    // Almost all selections of a union are fragments.
    const selections = Array.from({ length: 3 }, () => this.#selection(type, 5).slice(1, -1));
    const alias = this.#chance(0.3) ? 'lines: ' : '';
    return this.#operation('subscription', `{ ${alias}logEntries${given} { ${selections.join(' ')} } }`);
  }

  #operation(type: 'query' | 'subscription', selection: string): RandomOperation {
    const definitions = [...this.#variables].map(([name, { definition }]) => `$${name}: ${definition}`);
    const header = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
    const parts = [`${type} Main${header} ${selection}`, ...this.#fragments];
    const isOneOfSeveral = this.#chance(0.15);
    if (isOneOfSeveral) parts.splice(this.#below(2), 0, 'query Other { __typename }');
    const given = [...this.#variables].filter(([, { value }]) => value !== ABSENT);
    return {
      document: parts.join('\n'),
      operationName: isOneOfSeveral || this.#chance(0.3) ? 'Main' : undefined,
      variables: Object.fromEntries(given.map(([name, { value }]) => [name, value])),
    };
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const selections = Array.from({ length: 1 + this.#below(4) }, () => this.#oneOf(type, depth));
    return `{ ${selections.join(' ')} }`;
  }

  #oneOf(type: GraphQLCompositeType, depth: number): string {
    this.#budget -= 1;
    const kind = this.#next();
    const related = this.#related(type);
    if (kind < 0.12 && depth > 0 && this.#budget > 0) {
      return `... ${this.#condition()} ${this.#selection(type, depth - 1)}`;
    }
    if (kind < 0.24 && depth > 0 && this.#budget > 0) {
      const on = this.#pick(related);
      return `... on ${on.name} ${this.#condition()} ${this.#selection(on, depth - 1)}`;
    }
    if (kind < 0.34 && depth > 0 && this.#budget > 0) {
      const on = this.#pick(related);
      const name = `F${this.#fragments.length}`;
      const at = this.#fragments.push('') - 1;
      this.#fragments[at] = `fragment ${name} on ${on.name} ${this.#selection(on, depth - 1)}`;
      this.#reusable.push({ name, type: on });
      return `...${name} ${this.#condition()}`;
    }
    const fitting = this.#reusable.filter(({ type: on }) => related.includes(on));
    if (kind < 0.44 && fitting.length > 0) return `...${this.#pick(fitting).name} ${this.#condition()}`;
    return this.#field(type, depth);
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const possible = fields.filter((field) =>
      depth > 0 && this.#budget > 0 ? true : !isCompositeType(getNamedType(field.type)),
    );
    if (possible.length === 0 || this.#chance(0.08)) return `__typename ${this.#condition()}`;
    const field = this.#pick(possible);
    const alias = this.#chance(0.2) ? `${field.name}_${this.#pick(NAMES)}` : field.name;
    const key = `${type.name}.${alias}`;
    let given = this.#arguments.get(key);
    if (given === undefined) {
      given = this.#argumentsOf(field.args);
      this.#arguments.set(key, given);
    }
    const inner = getNamedType(field.type);
    const selection = isCompositeType(inner) ? this.#selection(inner, depth - 1) : '';
    const name = alias === field.name ? alias : `${alias}: ${field.name}`;
    return `${name}${given} ${this.#condition()} ${selection}`;
  }

  #argumentsOf(declared: readonly GraphQLArgument[]): string {
    const given = declared.flatMap((argument) => {
      const isRequired = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (!isRequired && this.#chance(0.6)) return [];
      return [`${argument.name}: ${this.#value(argument.type, true)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** A value as it stands in a document: a literal, or a variable that is made for it. */
  #value(type: GraphQLInputType, mayBeVariable: boolean): string {
    if (mayBeVariable && this.#chance(0.4)) return `$${this.#variable(type)}`;
    return this.#literal(this.#plainValue(type), type);
  }

  #variable(type: GraphQLInputType): string {
    const name = `v${this.#variables.size}`;
    const isNullable = !isNonNullType(type);
    const hasDefault = this.#chance(0.4);
    // A nullable variable with a default may stand where null must not be.
    const declared = hasDefault && !isNullable && this.#chance(0.5) ? getNullableType(type) : type;
    const value = this.#next();
    const isRight = value < 0.6;
    const sent = isRight
      ? this.#plainValue(type)
      : value < 0.75
        ? ABSENT
        : value < 0.9
          ? null
          : this.#pick<unknown>(['wrong', 1.5, [], { a: 1 }, true]);
    const fallback = hasDefault ? ` = ${this.#literal(this.#plainValue(type), type)}` : '';
    this.#variables.set(name, { definition: `${String(declared)}${fallback}`, value: sent });
    return name;
  }

  #condition(): string {
    if (!this.#chance(0.15)) return '';
    const name = this.#pick(['include', 'skip']);
    if (this.#chance(0.3)) return `@${name}(if: ${this.#pick(['true', 'false'])})`;
    const variable = `if${this.#below(3)}`;
    if (!this.#variables.has(variable)) {
      const definition = this.#pick([
        'Boolean!',
        'Boolean! = true',
        'Boolean! = false',
        'Boolean = true',
        'Boolean = false',
      ]);
      const sent = this.#pick<unknown>([true, false, true, false, definition === 'Boolean!' ? true : ABSENT, null]);
      this.#variables.set(variable, { definition, value: sent });
    }
    const both = this.#chance(0.2) ? ` @skip(if: $${variable})` : '';
    return `@${name}(if: $${variable})${name === 'include' ? both : ''}`;
  }

  #plainValue(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.#valueOf(type.ofType);
    return this.#chance(0.1) ? null : this.#valueOf(type);
  }

  #valueOf(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.#valueOf(type.ofType);
    if (isListType(type)) return Array.from({ length: this.#below(3) }, () => this.#plainValue(type.ofType));
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || this.#chance(0.3));
      return Object.fromEntries(fields.map((field) => [field.name, this.#plainValue(field.type)]));
    }
    switch (type.name) {
      case 'Int':
        return this.#below(4);
      case 'Float':
        return this.#below(40) / 10;
      case 'Boolean':
        return this.#chance(0.5);
      case 'DateTime':
        return '2026-03-01T09:00:00.123456789Z';
      case 'ID':
        return this.#pick(this.#ids);
      default:
        return this.#pick(['up', 'down', 'a', 'missing', '']);
    }
  }

  #literal(value: unknown, type: GraphQLInputType): string {
    if (value === null) return 'null';
    const named = getNullableType(type);
    if (isListType(named)) {
      const { ofType } = named;
      return `[${(value as unknown[]).map((one) => this.#literal(one, ofType)).join(', ')}]`;
    }
    if (isInputObjectType(named)) {
      const fields = named.getFields();
      return `{ ${Object.entries(value as object)
        .map(([name, one]) => `${name}: ${this.#literal(one, fields[name]!.type)}`)
        .join(', ')} }`;
    }
    return isEnumType(named) && typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Types that fragments within this one may be on. */
  #related(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    const types = Object.values(this.#schema.getTypeMap()).filter(isCompositeType);
    const possible = (one: GraphQLCompositeType) => (isObjectType(one) ? [one] : this.#schema.getPossibleTypes(one));
    const own = new Set(possible(type));
    return types.filter((one) => !one.name.startsWith('__') && possible(one).some((each) => own.has(each)));
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[this.#below(values.length)];
    if (value === undefined && values.length === 0) throw new RangeError('There is nothing to pick from.');
    return value as T;
  }

  #chance(probability: number): boolean {
    return this.#next() < probability;
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** From 0 to 1 (mulberry32). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
