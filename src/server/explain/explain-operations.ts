import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { QueryLimits } from '../../config/service-limits.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { AdmittedContext } from '../access/admit-operations.ts';
import { Denied } from '../access/denied.ts';
import type { OperationCosts } from '../cost/operation-costs.ts';
import { RecordedCalls } from './recorded-calls.ts';

/** The header of an operation over HTTP that asks for an explanation. Over a WebSocket: the name of an extension of the operation. */
export const EXPLAIN_HEADER = 'x-tributary-explain';

type ExplainedContext = AdmittedContext & {
  /** Set for an operation over HTTP. */
  readonly request?: Request;
  /** What an operation over another transport asks for. */
  readonly explain?: string | null;
};

/** An answer, one part of it, or one event of a stream. */
type ExplainedResult = ExecutionResult & { readonly hasNext?: boolean };

/**
 * `x-tributary-explain: plan` answers an operation with its estimated cost, and runs nothing. Place this plugin after the one that admits
 * operations, and before the one that limits them, because a plan is most useful for an operation that is too expensive.
 */
export function explainPlans(
  limits: Pick<QueryLimits, 'calls' | 'work'>,
  costs: OperationCosts,
  present: (error: unknown) => GraphQLError,
): Plugin {
  function explain({ args, setResultAndStopExecution }: Stoppable): void {
    const context = contextOf(args);
    const asked = askedOf(context);
    if (asked === null) return;
    const refusal = refusalOf(asked, context);
    if (refusal !== null) {
      setResultAndStopExecution({ errors: [present(refusal)] });
      return;
    }
    if (asked !== 'plan') return;
    const { calls, work } = limits;
    const plan = { estimate: costs.of(args), limits: { calls, work }, fields: costs.byField(args) };
    setResultAndStopExecution({ data: null, extensions: { explain: plan } });
  }
  return { onExecute: explain, onSubscribe: explain };
}

interface Stoppable {
  readonly args: ExecutionArgs;
  readonly setResultAndStopExecution: (result: ExecutionResult) => void;
}

/**
 * `x-tributary-explain: trace` adds the vendor calls that an operation made to its answer: to each part and each event, the calls since
 * the one before it. The trace does not list calls that other operations started, such as polls of tails, remembered answers, and
 * calls to sources that no role with `explain` names. Place this plugin after all others that replace an operation's `Call`.
 */
export function explainTraces(costs: OperationCosts): Plugin {
  function begin(args: ExecutionArgs): ((result: ExplainedResult, isLast: boolean) => ExplainedResult) | null {
    const context = contextOf(args);
    if (askedOf(context) !== 'trace') return null;
    const recorded = new RecordedCalls((source) => context.access.mayExplain(source));
    const begun = performance.now();
    const estimate = costs.of(args);
    context.call = { ...context.call, span: recorded.within(context.call.span) };
    return (result, isLast) => {
      const trace = {
        durationMilliseconds: Math.round(performance.now() - begun),
        estimate,
        used: context.call.budget.used,
        ...recorded.take(isLast),
      };
      return { ...result, extensions: { ...result.extensions, explain: trace } };
    };
  }
  return {
    onExecute({ args }) {
      const traced = begin(args);
      if (traced === null) return undefined;
      return {
        onExecuteDone({ result, setResult }) {
          if (!isAsyncIterable(result)) setResult(traced(result, true));
          else setResult(mapAsyncIterator(result, (part: ExplainedResult) => traced(part, part.hasNext !== true)));
        },
      };
    },
    onSubscribe({ args }) {
      const traced = begin(args);
      if (traced === null) return undefined;
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) setResult(traced(result, true));
          else setResult(mapAsyncIterator(result, (event: ExplainedResult) => traced(event, false)));
        },
      };
    },
  };
}

/** Null: no explanation is asked for. */
function askedOf({ request, explain = null }: ExplainedContext): string | null {
  return explain ?? request?.headers.get(EXPLAIN_HEADER) ?? null;
}

function refusalOf(asked: string, { access }: ExplainedContext): TributaryError | null {
  if (!access.allows('explain')) {
    return new Denied(403, 'Explanations are not for you: none of your roles allows them.');
  }
  if (asked === 'plan' || asked === 'trace') return null;
  return new TributaryError('BAD_USER_INPUT', `${EXPLAIN_HEADER}: expected "plan" or "trace".`);
}

function contextOf({ contextValue }: ExecutionArgs): ExplainedContext {
  // Always the context made in graphql.ts.
  return contextValue as ExplainedContext;
}
