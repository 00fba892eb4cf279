/**
 * Reports what the service decides, for operators who look into a running one. `facts` are names, codes and numbers: never a
 * URL, a credential, or text of a vendor.
 */
export type DebugLog = (decision: string, facts: Readonly<Record<string, string | number>>) => void;

export const NO_DEBUG_LOG: DebugLog = () => undefined;
