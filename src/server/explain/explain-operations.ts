import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { QueryLimits } from '../../config/service-limits.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { AdmittedContext } from '../access/admit-operations.ts';
import { Denied } from '../access/denied.ts';
import type { OperationCosts } from '../cost/operation-costs.ts';
import { RecordedCalls } from './recorded-calls.ts';

/** The header of a query over HTTP that asks for an explanation. */
export const EXPLAIN_HEADER = 'x-tributary-explain';

type ExplainedContext = AdmittedContext & { readonly request?: Request };

/**
 * `x-tributary-explain: plan` answers an operation with its estimated cost, and runs nothing. Place this plugin after the one that admits
 * operations, and before the one that limits them, because a plan is most useful for an operation that is too expensive.
 */
export function explainPlans(
  limits: Pick<QueryLimits, 'calls' | 'work'>,
  costs: OperationCosts,
  present: (error: unknown) => GraphQLError,
): Plugin {
  /** `words` are the explanations that there are for this kind of operation. */
  function explain({ args, setResultAndStopExecution }: Stoppable, words: readonly string[]): void {
    const context = contextOf(args);
    const asked = askedOf(context);
    if (asked === null) return;
    const refusal = refusalOf(asked, words, context);
    if (refusal !== null) {
      setResultAndStopExecution({ errors: [present(refusal)] });
      return;
    }
    if (asked !== 'plan') return;
    const { calls, work } = limits;
    const plan = { estimate: costs.of(args), limits: { calls, work }, fields: costs.byField(args) };
    setResultAndStopExecution({ data: null, extensions: { explain: plan } });
  }
  return {
    onExecute(operation) {
      explain(operation, ['plan', 'trace']);
    },
    onSubscribe(operation) {
      explain(operation, ['plan']);
    },
  };
}

interface Stoppable {
  readonly args: ExecutionArgs;
  readonly setResultAndStopExecution: (result: ExecutionResult) => void;
}

/**
 * `x-tributary-explain: trace` adds the vendor calls that a query made to its answer, unless that comes in parts. The trace does not
 * list calls that other operations started, or remembered answers. Place this plugin after all others that replace an operation's `Call`.
 */
export function explainTraces(costs: OperationCosts): Plugin {
  return {
    onExecute({ args }) {
      const context = contextOf(args);
      if (askedOf(context) !== 'trace') return undefined;
      const recorded = new RecordedCalls();
      const begun = performance.now();
      context.call = { ...context.call, span: recorded.within(context.call.span) };
      const { budget } = context.call;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          const { calls, omitted } = recorded;
          const trace = {
            durationMilliseconds: Math.round(performance.now() - begun),
            estimate: costs.of(args),
            used: budget.used,
            calls,
            omittedCalls: omitted,
          };
          setResult({ ...result, extensions: { ...result.extensions, explain: trace } });
        },
      };
    },
  };
}

/** Null: no explanation is asked for, or the operation did not come over HTTP. */
function askedOf({ request }: ExplainedContext): string | null {
  return request?.headers.get(EXPLAIN_HEADER) ?? null;
}

function refusalOf(asked: string, words: readonly string[], { access }: ExplainedContext): TributaryError | null {
  if (!access.allows('explain')) {
    return new Denied(403, 'Explanations are not for you: none of your roles allows them.');
  }
  if (words.includes(asked)) return null;
  const allowed = words.map((word) => `"${word}"`).join(' or ');
  const ofStream = asked === 'trace' ? ' for a subscription' : '';
  return new TributaryError('BAD_USER_INPUT', `${EXPLAIN_HEADER}: expected ${allowed}${ofStream}.`);
}

function contextOf({ contextValue }: ExecutionArgs): ExplainedContext {
  // Always the context made in graphql.ts.
  return contextValue as ExplainedContext;
}
