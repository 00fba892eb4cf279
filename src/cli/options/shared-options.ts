import { Command, Option } from 'commander';
import { URL_VARIABLE } from '../graph/service-address.ts';
import { collectJob, collectSeverity, collectStatus, collectText, parseSeverity, parseTime } from './option-values.ts';
import { collectOutput, OUTPUT_FORMATS } from '../show/output-choice.ts';
import { COLOR_CHOICES } from '../show/paint.ts';

/** Options that several commands share. */

export function configured(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-c, --config <file>', 'configuration file (default: TRIBUTARY_CONFIG, tributary.yaml, else the sandbox)');
}

/** A command that reads the graph, of the configured sources or of a running service, and prints the result. */
export function reader(name: string, description: string): Command {
  return configured(name, description)
    .addOption(
      new Option('--url <url>', `a running service to ask instead (default: ${URL_VARIABLE})`).conflicts('config'),
    )
    .option(
      '--header <header>',
      "sent to the service, may be repeated: 'Authorization: Bearer ${NAME}' takes a variable, ${file:PATH} a file",
      collectText,
    )
    .addOption(
      new Option(
        '-o, --output <format|file>',
        `${OUTPUT_FORMATS.join(', ')}; or a file to write into, with a dot or a slash in its name`,
      ).argParser(collectOutput),
    )
    .option('--force', 'with a file: replace it when it is there')
    .addOption(
      new Option('--color [when]', 'colours: auto (on a terminal, unless NO_COLOR is set), always or never').choices(
        COLOR_CHOICES,
      ),
    )
    .option('--no-color', 'no colours')
    .option('--no-pager', 'print at once, also on a terminal (default: PAGER, else less)');
}

/** The forms of job arguments, for help. */
const JOBS = "jobs as SOURCE:KEY, a name, 'PATTERN*', 'SOURCE:PATTERN*' or an id";

/** A command that reads lines of jobs. */
export function reading(name: string, description: string): Command {
  return reader(name, description)
    .argument('[jobs...]', JOBS, collectJob)
    .option('--status <status>', 'jobs with this status, may be repeated', collectStatus)
    .option('--source <name>', 'jobs of this source, may be repeated', collectText)
    .option('--name <text>', 'jobs with this text in the name')
    .option('--since <time>', 'at or after this time (RFC 3339), or so long ago (10m, 2h, 3d)', parseTime)
    .option('--until <time>', 'before this time, or so long ago', parseTime)
    .option('--min-severity <severity>', 'at least this severe', parseSeverity)
    .addOption(new Option('--level <severity>', 'the same').argParser(parseSeverity).conflicts('minSeverity'))
    .option('--severity <severity>', 'of this severity, may be repeated', collectSeverity)
    .option('--include-unspecified', 'also those without a severity')
    .option('--contains <text>', 'with this text in the message')
    .option('--not-contains <text>', 'without this text in the message, may be repeated', collectText)
    .option('--matches <expression>', 'with a message that this regular expression (RE2) matches')
    .addOption(new Option('--grep <text>', 'a text, or /an expression/').conflicts(['contains', 'matches']))
    .option('--attempt <key>', 'of this attempt, may be repeated', collectText)
    .option('--step <key>', 'of this step, may be repeated', collectText)
    .option('--task <key>', 'of this task, may be repeated', collectText)
    .option('--part <id>', 'only this attempt, step or task of its job (by id), may be repeated', collectText);
}

/** Adds the options of time zones to a command. */
export function withZone(command: Command): Command {
  return command
    .addOption(new Option('--utc', 'times in UTC (default)').conflicts('local'))
    .option('--local', 'times of the time zone here (TZ), with its offset');
}

/** Adds the options of commands that print lines one by one. */
export function withLineForm(command: Command): Command {
  return withZone(command)
    .option('--prefix', 'the job before each line (default: with several jobs)')
    .option('--no-prefix', 'no job before lines')
    .option('--template <template>', "each line like this: '{{timestamp}} {{job}} {{message}}'")
    .option('--raw', 'messages as they came: a terminal obeys what is in them');
}
