/**
 * Reports decisions of the service, for operators who examine a running one. `facts` are names, codes and numbers:
 * never a URL, a credential, or a text from a vendor.
 */
export type DebugLog = (decision: string, facts: Readonly<Record<string, string | number>>) => void;

export const NO_DEBUG_LOG: DebugLog = () => undefined;
