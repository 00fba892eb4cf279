/** The tree of a resource query, before anybody knows which fields a resource has. */
export type Expression =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'empty' }
  /** A parenthesised list, or arguments of a conjunction. */
  | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly item: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** A call of something that the language does not know. */
  | { readonly kind: 'unknown'; readonly name: string };

export const COMPARE_OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'like', 'ilike', 'in', 'out'] as const;
export type CompareOperator = (typeof COMPARE_OPERATORS)[number];

/** What is wrong with a query: under which name the problem is listed, and what it says. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly subject: string;

  constructor(subject: string, message: string) {
    super(message);
    this.subject = subject;
  }
}
