/** The client leaves after that. */
const PATIENCE_MILLISECONDS = 10_000;

/** What a server answers, while there is time. (A signal of `AbortSignal.timeout` may be collected before its time is over.) */
export async function answerOf(
  url: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const leaving = new AbortController();
  let impatience: NodeJS.Timeout | undefined;
  const left = new Promise<never>((_, reject) => {
    impatience = setTimeout(() => {
      leaving.abort();
      reject(new Error('It took too long.'));
    }, PATIENCE_MILLISECONDS);
  });
  async function ask(): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(url, { ...init, signal: leaving.signal });
    return { status: response.status, text: await response.text() };
  }
  try {
    return await Promise.race([ask(), left]);
  } finally {
    clearTimeout(impatience);
  }
}
