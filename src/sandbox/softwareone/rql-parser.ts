import { COMPARE_OPERATORS, QueryError } from './rql-expression.ts';
import type { CompareOperator, RqlExpression } from './rql-expression.ts';

/**
 * Parses a resource query: `eq(name,"a b")`, `name=x`, `,` and `&` for AND (binds tighter), `;` and `|` for OR,
 * parentheses, and values in either kind of quotes. A quote cannot be escaped: a value may only contain the other kind.
 * Throws `QueryError`.
 */
export function parseQuery(text: string): RqlExpression {
  const parser = new Parser(text);
  const expression = parser.alternatives();
  if (!parser.atEnd()) throw new QueryError('query', 'Unexpected closing parenthesis.');
  return expression;
}

const AND = new Set([',', '&']);
const OR = new Set([';', '|']);
const ENDS_WORD = new Set([',', '&', ';', '|', '(', ')', '=']);

class Parser {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#index >= this.#text.length;
  }

  alternatives(): RqlExpression {
    const items = [this.#conjunction()];
    while (this.#take(OR)) items.push(this.#conjunction());
    return joined('or', items);
  }

  #conjunction(): RqlExpression {
    const items = [this.#operand()];
    while (this.#take(AND)) items.push(this.#operand());
    return joined('and', items);
  }

  /** `a=b` is short for `eq(a,b)`; its right side is a plain value. */
  #operand(): RqlExpression {
    const left = this.#primary();
    if (this.#text[this.#index] !== '=') return left;
    this.#index += 1;
    const right = this.#primary();
    if (!isArgument(right) || this.#text[this.#index] === '=') {
      throw new QueryError('query', 'Invalid equals shortcut expression');
    }
    return { kind: 'compare', operator: 'eq', left, right };
  }

  #primary(): RqlExpression {
    const word = this.#word();
    if (this.#text[this.#index] !== '(') return word;
    this.#index += 1;
    const named = word.text !== '' || word.quoted;
    const items = this.#text[this.#index] === ')' ? [] : named ? this.#arguments() : [this.alternatives()];
    if (this.#text[this.#index] !== ')') throw new QueryError('query', 'A closing parenthesis is missing.');
    this.#index += 1;
    if (named) return call(word.text, items);
    return items[0] ?? { kind: 'and', items: [] };
  }

  #arguments(): RqlExpression[] {
    const items = [this.#operand()];
    while (this.#take(AND) || this.#take(OR)) items.push(this.#operand());
    return items;
  }

  #take(separators: ReadonlySet<string>): boolean {
    const character = this.#text[this.#index];
    if (character === undefined || !separators.has(character)) return false;
    this.#index += 1;
    // Clients are told to strip spaces here; the service treats them as part of the next name.
    if (this.#text[this.#index] === ' ') throw new QueryError('query', 'Unknown expression group.');
    return true;
  }

  #word(): RqlExpression & { kind: 'word' } {
    const start = this.#index;
    let quoted: string | null = null;
    for (;;) {
      const character = this.#text[this.#index];
      if (character === undefined || ENDS_WORD.has(character)) break;
      this.#index += 1;
      if (character === '"' || character === "'") quoted = this.#quoted(character);
    }
    if (quoted !== null) return { kind: 'word', text: quoted, quoted: true };
    return { kind: 'word', text: this.#text.slice(start, this.#index), quoted: false };
  }

  #quoted(quote: string): string {
    const end = this.#text.indexOf(quote, this.#index);
    if (end === -1) throw new QueryError('query', 'A closing quote is missing.');
    const text = this.#text.slice(this.#index, end);
    this.#index = end + 1;
    return text;
  }
}

function joined(kind: 'and' | 'or', items: readonly RqlExpression[]): RqlExpression {
  const [only, ...others] = items;
  return only !== undefined && others.length === 0 ? only : { kind, items };
}

function call(name: string, items: readonly RqlExpression[]): RqlExpression {
  const lower = name.toLowerCase();
  if (lower === 'and' || lower === 'or') return { kind: lower, items };
  if (lower === 'null' || lower === 'empty') return constant(lower, items);
  const [left, right, ...others] = items;
  if (lower === 'not') {
    if (left === undefined || right !== undefined) {
      throw new QueryError('not', 'Unary expression must have 1 argument');
    }
    return { kind: 'not', item: left };
  }
  if (!isCompareOperator(lower)) return { kind: 'unknown', name: lower };
  if (left === undefined || right === undefined || others.length > 0) {
    throw new QueryError(lower, 'Binary expression must have 2 arguments');
  }
  return { kind: 'compare', operator: lower, left, right };
}

function constant(kind: 'null' | 'empty', items: readonly RqlExpression[]): RqlExpression {
  if (items.length > 0) throw new QueryError(kind, 'Constant functions cannot have arguments');
  return { kind };
}

function isArgument(expression: RqlExpression): boolean {
  return expression.kind === 'word' || expression.kind === 'null' || expression.kind === 'empty';
}

function isCompareOperator(name: string): name is CompareOperator {
  return COMPARE_OPERATORS.some((operator) => operator === name);
}
