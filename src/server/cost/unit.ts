/** The cost of one object of a selection. */
export interface Unit {
  readonly work: number;
  /** Calls for each object. */
  readonly calls: number;
  /** Calls made once for all objects of a connection that belong to one job. */
  readonly once: number;
}

export const NOTHING: Unit = { work: 0, calls: 0, once: 0 };

export function sum(a: Unit, b: Unit): Unit {
  return { work: a.work + b.work, calls: a.calls + b.calls, once: a.once + b.once };
}

export function largest(a: Unit, b: Unit): Unit {
  return { work: Math.max(a.work, b.work), calls: Math.max(a.calls, b.calls), once: Math.max(a.once, b.once) };
}

export function times({ work, calls, once }: Unit, count: number): Unit {
  return { work: work * count, calls: calls * count, once: once * count };
}

export function plusWork(unit: Unit, work: number): Unit {
  return { ...unit, work: unit.work + work };
}

export function plusCalls(unit: Unit, calls: number): Unit {
  return { ...unit, calls: unit.calls + calls };
}

/** Counts the shared calls for this object: no connection around it shares them among rows. */
export function allAtOnce({ work, calls, once }: Unit): Unit {
  return { work, calls: calls + once, once: 0 };
}
