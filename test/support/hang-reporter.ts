import { spawnSync } from 'node:child_process';
import type { Reporter, TestModule } from 'vitest/node';

/** Longer than any test may take: only a file that blocks its process, where no limit of time works, is silent for so long. */
const SILENCE_MILLISECONDS = 15 * 60_000;

/** Ends a run in which nothing has happened for long, and says which files were running. Otherwise CI would hang without a word. */
export class HangReporter implements Reporter {
  readonly #running = new Set<string>();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds = SILENCE_MILLISECONDS) {
    this.#milliseconds = milliseconds;
  }

  onTestRunStart(): void {
    this.#goOn();
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#running.add(moduleId);
    this.#goOn();
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#running.delete(moduleId);
    this.#goOn();
  }

  onTestCaseResult(): void {
    this.#goOn();
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer);
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#running].join(', ');
      process.stderr.write(
        `\nNothing has happened for ${this.#milliseconds / 1_000} s while these files ran: ${files}\n`,
      );
      // A process that is blocked does not hear that its parent ends.
      spawnSync('pkill', ['-KILL', '-P', String(process.pid)]);
      process.exit(1);
    }, this.#milliseconds);
    this.#timer.unref();
  }
}
