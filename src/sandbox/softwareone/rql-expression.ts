/** The syntax tree of a resource query, before fields are resolved. */
export type RqlExpression =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'empty' }
  /** A parenthesised list, or the arguments of a conjunction. */
  | { readonly kind: 'and' | 'or'; readonly items: readonly RqlExpression[] }
  | { readonly kind: 'not'; readonly item: RqlExpression }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: RqlExpression;
      readonly right: RqlExpression;
    }
  /** A call of an unknown function. */
  | { readonly kind: 'unknown'; readonly name: string };

export const COMPARE_OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'like', 'ilike', 'in', 'out'] as const;
export type CompareOperator = (typeof COMPARE_OPERATORS)[number];

/** An error in a query: the name under which the problem is listed, and the message. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly subject: string;

  constructor(subject: string, message: string) {
    super(message);
    this.subject = subject;
  }
}
