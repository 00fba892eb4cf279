/**
 * Caches the answer to the last question. The answer is valid as long as the question is the same: added lines change
 * the window's size, and evicted lines move its start.
 */
export class LastAnswer<T> {
  #last: { readonly question: readonly unknown[]; readonly answer: T } | null = null;

  to(question: readonly unknown[], find: () => T): T {
    if (this.#last?.question.every((part, index) => part === question[index]) === true) return this.#last.answer;
    const answer = find();
    this.#last = { question, answer };
    return answer;
  }

  /** Frees the cached answer, which would keep evicted lines in memory. */
  forget(): void {
    this.#last = null;
  }
}
