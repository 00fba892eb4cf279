/**
 * Keeps the answer to the last question. An answer holds as long as its question: lines that are added change the window's
 * size, and lines that are evicted move its start.
 */
export class LastAnswer<T> {
  #last: { readonly question: readonly unknown[]; readonly answer: T } | null = null;

  to(question: readonly unknown[], find: () => T): T {
    if (this.#last?.question.every((part, index) => part === question[index]) === true) return this.#last.answer;
    const answer = find();
    this.#last = { question, answer };
    return answer;
  }

  /** An answer that is kept holds its lines in memory, also those that the window has let go of. */
  forget(): void {
    this.#last = null;
  }
}
