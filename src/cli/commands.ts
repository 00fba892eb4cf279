import { Argument, Command, Option } from 'commander';
import type { CheckOptions } from './commands/check.ts';
import type { JobChoice } from './choose/job-choice.ts';
import { JobSelection } from './choose/job-selection.ts';
import type { SelectionOptions } from './choose/job-selection.ts';
import { COMPLETION_SCRIPTS, SHELLS } from './commands/completion-scripts.ts';
import type { Shell } from './commands/completion-scripts.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { ExportOptions } from './export/export.ts';
import { FAULT_FORMS } from './options/fault.ts';
import type { HistogramOptions } from './commands/histogram.ts';
import { intoFile } from './output/into-file.ts';
import type { FileOptions } from './output/into-file.ts';
import type { JobOptions } from './commands/job.ts';
import type { JobsOptions } from './commands/jobs.ts';
import type { KeyOptions } from './commands/key.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { McpOptions } from './commands/mcp.ts';
import {
  collectFault,
  collectStatus,
  collectText,
  parseContext,
  parseCount,
  parseFormat,
  parseJob,
  parsePort,
  parseSpan,
} from './options/option-values.ts';
import type { SandboxCommandOptions } from './commands/sandbox.ts';
import type { SchemaOptions } from './commands/schema.ts';
import type { ServeOptions } from './commands/serve.ts';
import { configured, reader, reading, withLineForm, withZone } from './options/shared-options.ts';
import type { SourcesOptions } from './commands/sources.ts';
import type { Surroundings } from './surroundings.ts';
import type { TailOptions } from './commands/tail.ts';

/**
 * All commands with their options. Each ends by passing its exit code to `finish`. The code of a command is loaded when
 * it runs, so that help and completion are fast.
 */
export function createCommands(surroundings: Surroundings, finish: (code: number) => void): readonly Command[] {
  const ended = async (code: Promise<number>): Promise<void> => {
    finish(await code);
  };
  const commands: readonly Command[] = [
    configured('serve', 'start the service')
      .option('-p, --port <number>', 'port to listen on, 0 to let the system choose', parsePort)
      .option('--host <address>', 'address to listen on')
      .action(async (options: ServeOptions) =>
        ended((await import('./commands/serve.ts')).serve(options, surroundings)),
      ),
    new Command('demo')
      .description('show it: the simulated vendors, the service and the log explorer in one')
      .option('-p, --port <number>', 'port to listen on, 0 to let the system choose', parsePort)
      .option('--no-open', 'open no browser')
      .action(async (options: DemoOptions) => ended((await import('./commands/demo.ts')).demo(options, surroundings))),
    configured('mcp', 'serve an assistant over standard input and output (Model Context Protocol)').action(
      async (options: McpOptions) => ended((await import('./commands/mcp.ts')).mcp(options, surroundings)),
    ),
    new Command('schema')
      .description('print the graph, for tools and checks')
      .option('--subgraph', 'as a subgraph of Apollo Federation 2, as gateways compose it')
      .option('--no-nodes', 'with --subgraph: leave Query.node and Query.nodes to another subgraph')
      .action(async (options: SchemaOptions) =>
        ended((await import('./commands/schema.ts')).printGraph(options, surroundings)),
      ),
    new Command('sandbox')
      .description('run the simulated vendors alone and print a configuration for them')
      .option('--port-base <number>', 'port of the first vendor; the others follow', parsePort)
      .option('--fault <fault>', `something that goes wrong, may be repeated: ${FAULT_FORMS}`, collectFault)
      .action(async (options: SandboxCommandOptions) =>
        ended((await import('./commands/sandbox.ts')).sandbox(options, surroundings)),
      ),
    new Command('key')
      .description('make a key for callers of the service, and its hash for `server.auth` in the configuration')
      .option('--json', 'print both as JSON')
      .action(async (options: KeyOptions) => ended((await import('./commands/key.ts')).makeKey(options, surroundings))),
    reader('check', 'ask every source one cheap question, or a service what it knows of them')
      .option('--source <name>', 'this source only, may be repeated', collectText)
      .option('--explain', 'show what is read from a page of jobs and some lines, and what is missing')
      .option('--json', 'print the results as JSON')
      .action(async (options: CheckOptions & FileOptions) =>
        ended(
          intoFile(options, surroundings, async (within) =>
            (await import('./commands/check.ts')).check(options, within),
          ),
        ),
      ),
    reader('sources', 'list the sources and what their vendors can do')
      .option('--json', 'print them as JSON')
      .action(async (options: SourcesOptions & FileOptions) =>
        ended(
          intoFile(options, surroundings, async (within) =>
            (await import('./commands/sources.ts')).sources(options, within),
          ),
        ),
      ),
    withZone(reader('jobs', 'list the latest jobs of the sources, newest first'))
      .option('--source <name>', 'of this source only, may be repeated', collectText)
      .option('--status <status>', 'with this status, may be repeated', collectStatus)
      .option('--name <text>', 'with this text in the name')
      .option('-n, --limit <number>', 'at most so many (default: 20)', parseCount)
      .option('--json', 'print JSON lines')
      .action(async (options: JobsOptions & FileOptions) =>
        ended(
          intoFile(options, surroundings, async (within) => (await import('./commands/jobs.ts')).jobs(options, within)),
        ),
      ),
    withZone(reader('job', 'show a job with its attempts, steps and tasks'))
      .argument('<job>', 'job as SOURCE:KEY, a name or an id', parseJob)
      .option('--exit-status', 'exit with 1 when the job has failed')
      .option('--json', 'print it as JSON')
      .action(async (of: JobChoice, options: JobOptions & FileOptions) =>
        ended(
          intoFile(options, surroundings, async (within) =>
            (await import('./commands/job.ts')).job(new JobSelection([of], {}), options, within),
          ),
        ),
      ),
    withLineForm(reading('logs', 'print the last lines of jobs, merged in time order'))
      .addOption(new Option('--first <number>', 'the first lines instead').argParser(parseCount).conflicts('last'))
      .option('-n, --last <number>', 'how many of the last lines (default: 100, with --follow 10)', parseCount)
      .addOption(
        new Option('-C, --context <number>', 'so many lines before and after each, which need not fit the filter')
          .argParser(parseContext)
          .conflicts('follow'),
      )
      .addOption(new Option('-f, --follow', 'go on with new ones as they come, as tail does').conflicts('first'))
      .option('--json', 'print JSON lines')
      .action(
        async (
          of: readonly JobChoice[],
          options: SelectionOptions & LogsOptions & FileOptions & { readonly follow?: boolean },
        ) =>
          ended(
            // Endless output is not paged.
            intoFile(options.follow === true ? { ...options, pager: false } : options, surroundings, async (within) =>
              options.follow === true
                ? (await import('./commands/tail.ts')).tail(
                    new JobSelection(of, options),
                    { ...options, lines: options.last },
                    within,
                  )
                : (await import('./commands/logs.ts')).logs(new JobSelection(of, options), options, within),
            ),
          ),
      ),
    withLineForm(reading('tail', 'print the last lines of jobs, then new ones as they come'))
      .addOption(new Option('-n, --lines <number>', 'how many lines to begin with (default: 10)').argParser(parseCount))
      .addOption(new Option('--after <cursor>', 'go on where a tail was stopped').conflicts('lines'))
      .option('--exit-status', 'exit with 1 when a job has failed at the end, and say which')
      .option('--json', 'print JSON lines')
      .action(async (of: readonly JobChoice[], options: SelectionOptions & TailOptions & FileOptions) =>
        ended(
          intoFile({ ...options, pager: false }, surroundings, async (within) =>
            (await import('./commands/tail.ts')).tail(new JobSelection(of, options), options, within),
          ),
        ),
      ),
    withZone(reading('histogram', 'count lines of jobs over time, by severity'))
      .option('--buckets <number>', 'how many spans of time (default: 20)', parseCount)
      .addOption(
        new Option('--every <duration>', 'how long each span is, instead: 30s, 5m, 1h, 1d')
          .argParser(parseSpan)
          .conflicts('buckets'),
      )
      .option('--json', 'print it as JSON')
      .action(async (of: readonly JobChoice[], options: SelectionOptions & HistogramOptions & FileOptions) =>
        ended(
          intoFile(options, surroundings, async (within) =>
            (await import('./commands/histogram.ts')).histogram(new JobSelection(of, options), options, within),
          ),
        ),
      ),
    reading('export', 'print all lines of jobs, oldest first')
      .option('--format <format>', 'ndjson (JSON lines), csv or text (default: by the file, else ndjson)', parseFormat)
      .option('--after <cursor>', 'go on where an export stopped')
      .addOption(
        new Option('--resume <file>', 'keep in this file how far it has come, and go on from there').conflicts('after'),
      )
      .action(async (of: readonly JobChoice[], options: SelectionOptions & ExportOptions) =>
        ended((await import('./export/export.ts')).exportLogs(new JobSelection(of, options), options, surroundings)),
      ),
    new Command('completion')
      .description('print what makes a shell complete commands, options and the keys of jobs')
      .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
      .action(async (shell: Shell) => {
        await surroundings.print(COMPLETION_SCRIPTS[shell]);
      }),
  ];
  // Called by shells, not by people.
  const completing = new Command('complete')
    .argument('[words...]')
    .action(async (words: readonly string[]) =>
      ended((await import('./commands/completion.ts')).complete(words, commands, surroundings)),
    );
  return [...commands, completing];
}
