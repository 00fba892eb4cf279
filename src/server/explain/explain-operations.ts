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
const EXPLAIN_HEADER = 'x-tributary-explain';

type ExplainedContext = AdmittedContext & { readonly request?: Request };

/**
 * `x-tributary-explain: plan` answers a query with its estimated cost, and runs nothing. To be placed behind what admits an operation,
 * and before what limits it: a plan is wanted most of a query that is too expensive.
 */
export function explainPlans(
  limits: Pick<QueryLimits, 'calls' | 'work'>,
  costs: OperationCosts,
  present: (error: unknown) => GraphQLError,
): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const context = contextOf(args);
      const asked = askedOf(context);
      if (asked === null) return;
      const refusal = refusalOf(asked, context);
      if (refusal !== null) {
        setResultAndStopExecution({ errors: [present(refusal)] });
        return;
      }
      if (asked !== 'plan') return;
      const estimate = costs.of(args);
      const fields = costs.byField(args);
      const { calls, work } = limits;
      const plan = { estimate, limits: { calls, work }, fields };
      setResultAndStopExecution({ data: null, extensions: { explain: plan } });
    },
  };
}

/**
 * `x-tributary-explain: trace` adds the vendor calls that a query made to its answer. Calls that other operations share with it, and
 * answers that were remembered, are not among them. To be placed behind everything else that changes the call of an operation.
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
          // What it is at this place: see `ExecutionResult`.
          const answered = result as ExecutionResult;
          setResult({ ...answered, extensions: { ...answered.extensions, explain: trace } });
        },
      };
    },
  };
}

/** Null: no explanation is asked for, or the operation did not come over HTTP. */
function askedOf({ request }: ExplainedContext): string | null {
  return request?.headers.get(EXPLAIN_HEADER) ?? null;
}

function refusalOf(asked: string, { access }: ExplainedContext): TributaryError | null {
  if (!access.allows('explain')) {
    return new Denied(403, 'Explanations are not for you: none of your roles allows them.');
  }
  if (asked === 'plan' || asked === 'trace') return null;
  return new TributaryError('BAD_USER_INPUT', `${EXPLAIN_HEADER}: expected "plan" or "trace".`);
}

function contextOf({ contextValue }: ExecutionArgs): ExplainedContext {
  // Made in graphql.ts: there is no other.
  return contextValue as ExplainedContext;
}
